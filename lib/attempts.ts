import type Database from 'better-sqlite3'
import type { Attempt, ReasonCode, Usage } from './experiment.ts'

/** Reads runs, oldest first. */
export interface AttemptReader {
  of: (experiment: { number: number }) => Attempt[]
  /** Those of neighbours, newest first as a list has them, at once. */
  ofAll: <T extends { number: number }>(experiments: T[]) => Map<T, Attempt[]>
}

export const attemptReader = (db: Database.Database): AttemptReader => {
  const select = db.prepare<[number, number], Row>(`
    select experiment, attempt, state, reason_code, reason_text, started_at, ended_at, exit_code,
      signal, result, usage, worker, host
    from run where experiment between ? and ? order by experiment, attempt`)
  const between = (from: number, to: number): Map<number, Attempt[]> => {
    const all = new Map<number, Attempt[]>()
    for (const row of select.all(from, to)) {
      const own = all.get(row.experiment)
      if (own === undefined) all.set(row.experiment, [toAttempt(row)])
      else own.push(toAttempt(row))
    }
    return all
  }
  return {
    of: ({ number }) => between(number, number).get(number) ?? [],
    ofAll: (experiments) => {
      const all = between(experiments.at(-1)?.number ?? 0, experiments[0]?.number ?? 0)
      return new Map(experiments.map((one) => [one, all.get(one.number) ?? []]))
    },
  }
}

/** The columns of `run` that readers use; schema.sql describes them. */
interface Row {
  experiment: number
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
  worker: string | null
  host: string | null
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
  worker: row.worker,
  host: row.host,
})
