import type { Daemon } from './daemon.ts'
import { writeMarks } from './run-records.ts'

/** Writes what users put on an experiment beside its runs, where a rebuild finds it. */
export const keepMarks = ({ places, records }: Daemon, id: string): void => {
  const row = records.find(id)
  if (row === null) return
  writeMarks(places, id, {
    isHeld: row.state === 'held',
    priority: row.priority,
    after: records.dependencies(id),
    starred: row.starred === 1,
    tags: JSON.parse(row.tags) as string[],
    note: row.note,
  })
}
