import Database from 'better-sqlite3'
import type { KeptFile, ReasonCode } from '../lib/experiment.ts'
import type { Places } from '../lib/places.ts'
import type { Finish } from './queue.ts'
import { appendNumbers, writeEnd, writeMarks } from './run-records.ts'

interface FirstRow {
  number: number
  id: string
  state: string
  reason_code: string | null
  reason_text: string | null
  attempt: number
  started_at: number | null
  ended_at: number | null
  exit_code: number | null
  signal: string | null
  result: string | null
  metrics: string
  kept: string
  workplace: string | null
  priority: number
  starred: number
  tags: string
  note: string | null
}

/**
 * Writes into `runs/` what the first version of the tables had in its rows alone: numbers, outcomes
 * and marks. All later ones keep them there themselves, and rows are built anew from there.
 */
export const keepFirstRows = (places: Places): void => {
  const db = new Database(places.database)
  try {
    const rows = db.prepare<[], FirstRow>('select * from experiment order by number').all()
    appendNumbers(places, rows)
    for (const row of rows) {
      const end = endOf(row)
      if (end !== null) writeEnd(places, row.id, end)
      writeMarks(places, row.id, {
        isHeld: row.state === 'held',
        priority: row.priority,
        after: [],
        starred: row.starred === 1,
        tags: JSON.parse(row.tags) as string[],
        note: row.note,
      })
    }
  } finally {
    db.close()
  }
}

const endOf = (row: FirstRow): (Finish & { attempt: number }) | null =>
  row.ended_at === null
    ? null
    : {
        state: row.state as Finish['state'],
        reason:
          row.reason_code === null
            ? null
            : { code: row.reason_code as ReasonCode, text: row.reason_text ?? '' },
        startedAt: row.started_at,
        endedAt: row.ended_at,
        exitCode: row.exit_code,
        signal: row.signal,
        result: row.result,
        metrics: row.metrics,
        kept: JSON.parse(row.kept) as KeptFile[],
        workplace: row.workplace,
        usage: null,
        attempt: row.attempt,
      }
