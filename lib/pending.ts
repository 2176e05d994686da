import { parseCommit, readObjects } from './cat-file.ts'
import type { Experiment } from './experiment.ts'
import type { Places } from './places.ts'
import { parseSnapshotMessage, type SnapshotFacts } from './snapshot.ts'
import { readTicket, spooled } from './spool.ts'
import type { Ticket, TicketItem } from './ticket.ts'
import { uuidTime } from './uuid.ts'

/** The experiments of a repository whose tickets still wait in the spool, oldest first. */
export const pendingExperiments = async (
  places: Places,
  repository: string,
): Promise<Experiment[]> => {
  const tickets = spooled(places)
    .map((file) => readTicket(places, file))
    .filter((read): read is Ticket => read !== null && !('problem' in read))
    .filter((ticket) => ticket.verb === 'enqueue' && ticket.repository === repository)
  const items = tickets.flatMap((ticket) => ticket.items.map((item) => ({ ticket, item })))
  const objects = await readObjects(
    repository,
    items.map(({ item }) => item.oid),
  )
  return items.flatMap(({ ticket, item }, i) => {
    const object = objects[i]
    if (object?.type !== 'commit') return []
    const { message } = parseCommit(object.content)
    return [queuedExperiment(ticket, item, parseSnapshotMessage(message))]
  })
}

/** An experiment that is queued and has no row yet. */
export const queuedExperiment = (
  ticket: Pick<Ticket, 'repository' | 'worktree' | 'priority'>,
  item: TicketItem,
  facts: SnapshotFacts,
): Experiment => ({
  id: item.id,
  number: null,
  name: item.name,
  repository: ticket.repository,
  worktree: ticket.worktree,
  baseline: facts.baseline,
  branch: facts.branch,
  snapshot: item.oid,
  executor: facts.executor,
  command: facts.spec?.command ?? '',
  workdir: facts.workdir,
  overrides: facts.overrides,
  params: {},
  metrics: {},
  goal: facts.spec?.goal ?? {},
  priority: ticket.priority,
  queuedAt: uuidTime(item.id),
  kept: [],
  workplace: null,
  state: { is: 'queued' },
})
