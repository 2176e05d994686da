import { UserError } from '../../lib/errors.ts'
import type { Ticket } from '../../lib/ticket.ts'
import type { Daemon } from '../daemon.ts'
import type { ClusterRow } from './cluster-rows.ts'

/** Throws `UserError` where a verb cannot be done to what is on a cluster, or on its way there. */
export const refuseOnCluster = ({ cluster }: Daemon, { verb, items }: Ticket): void => {
  for (const { id } of items) {
    const row = cluster.rows.find(id)
    if (row === null || row.offeredAt === null) continue
    const why = whyNot(verb, row)
    if (why !== null) throw new UserError('refused-by-daemon', `“${row.name}” ${why}`)
  }
}

const whyNot = (verb: Ticket['verb'], { name, isFollowed }: ClusterRow): string | null => {
  switch (verb) {
    case 'hold':
      return `is on the cluster, where nothing can be held: git exp stop ${name} and retry it later`
    case 'rename':
    case 'remove':
      return `is on the cluster, under this name: git exp stop ${name} first`
    case 'priority':
      return isFollowed ? 'was queued elsewhere, and its priority is changed there' : null
    default:
      return null
  }
}
