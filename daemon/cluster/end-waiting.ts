import type { Daemon } from '../daemon.ts'
import { note } from '../events.ts'
import type { Finish } from '../queue.ts'
import { writeEnd } from '../run-records.ts'
import type { ClusterRow } from './cluster-rows.ts'

/** Records the end of one that no worker took. */
export const endWaiting = (daemon: Daemon, row: ClusterRow, end: Finish): void => {
  writeEnd(daemon.places, row.id, { ...end, attempt: row.attempt })
  daemon.cluster.rows.endWaiting(row.number, end)
  note('finish', { name: row.name, id: row.id, state: end.state })
}
