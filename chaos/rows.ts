import Database from 'better-sqlite3'
import type { Places } from '../lib/places.ts'

/** What the queue says of an experiment, read as it stands in its tables. */
export interface ExperimentRow {
  number: number
  id: string
  name: string
  baseline: string
  snapshot: string
  state: string
  phase: string | null
  reason: string | null
  attempt: number
  retryAt: number | null
  pausedAt: number | null
  startedAt: number | null
  endedAt: number | null
  exitCode: number | null
  result: string | null
  runs: RunRow[]
}

export interface RunRow {
  attempt: number
  state: string | null
  result: string | null
}

/** Every experiment with its attempts; nothing where there is no queue yet. */
export const readRows = ({ database }: Places): ExperimentRow[] => {
  let db: Database.Database
  try {
    db = new Database(database, { readonly: true, fileMustExist: true, timeout: 2000 })
  } catch {
    return []
  }
  try {
    return readAll(db)
  } finally {
    db.close()
  }
}

const readAll = (db: Database.Database): ExperimentRow[] =>
  db.transaction(() => {
    const runs = db
      .prepare<[], RunRow & { experiment: number }>(
        'select experiment, attempt, state, result from run order by attempt',
      )
      .all()
    return db
      .prepare<[], Omit<ExperimentRow, 'runs'>>(
        `select number, id, name, baseline, snapshot, state, phase, reason_code as reason, attempt,
           retry_at as retryAt, paused_at as pausedAt, started_at as startedAt, ended_at as endedAt,
           exit_code as exitCode, result from experiment order by number`,
      )
      .all()
      .map((row) => ({ ...row, runs: runs.filter((run) => run.experiment === row.number) }))
  })()
