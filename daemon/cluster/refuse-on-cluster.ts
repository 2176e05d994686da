import { UserError } from '../../lib/errors.ts'
import type { Ticket } from '../../lib/ticket.ts'
import type { Daemon } from '../daemon.ts'

/** Throws `UserError` where a verb cannot be done to what is on a cluster, or on its way there. */
export const refuseOnCluster = ({ cluster }: Daemon, { verb, items }: Ticket): void => {
  const why = WHY_NOT.get(verb)
  if (why === undefined) return
  for (const { id } of items) {
    const row = cluster.rows.find(id)
    if (row === null || row.offeredAt === null) continue
    throw new UserError(
      'refused-by-daemon',
      `“${row.name}” is on the cluster, ${why}: git exp stop ${row.name} first`,
    )
  }
}

const WHY_NOT = new Map<Ticket['verb'], string>([
  ['hold', 'where nothing can be held or paused'],
  ['rename', 'under this name'],
  ['remove', 'which would go on with it'],
])
