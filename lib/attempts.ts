import type Database from 'better-sqlite3'
import type { Attempt, ReasonCode, Usage } from './experiment.ts'

/** Reads the runs of an experiment by its number, oldest first. */
export const attemptReader = (db: Database.Database): ((number: number) => Attempt[]) => {
  const select = db.prepare<[number], Row>(
    'select * from run where experiment = ? order by attempt',
  )
  return (number) => select.all(number).map(toAttempt)
}

/** The columns of `run` that readers use; schema.sql describes them. */
interface Row {
  attempt: number
  state: Attempt['state']
  reason_code: ReasonCode | null
  reason_text: string | null
  started_at: number | null
  ended_at: number | null
  exit_code: number | null
  signal: string | null
  result: string | null
  usage: string | null
}

const toAttempt = (row: Row): Attempt => ({
  attempt: row.attempt,
  state: row.state,
  reason: row.reason_code === null ? null : { code: row.reason_code, text: row.reason_text ?? '' },
  startedAt: row.started_at,
  endedAt: row.ended_at,
  exitCode: row.exit_code,
  signal: row.signal,
  result: row.result,
  usage: row.usage === null ? null : (JSON.parse(row.usage) as Usage),
})
