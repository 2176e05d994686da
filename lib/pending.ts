import { type GitObject, parseCommit, readObjects } from './cat-file.ts'
import { UserError } from './errors.ts'
import type { Experiment } from './experiment.ts'
import type { History } from './history.ts'
import type { Places } from './places.ts'
import { parseSnapshotMessage, type SnapshotFacts } from './snapshot.ts'
import { readTicket, spooled } from './spool.ts'
import { QUEUES, type Ticket, type TicketItem } from './ticket.ts'
import { uuidTime } from './uuid.ts'

/**
 * The experiments of a repository whose tickets still wait in the spool, oldest first. A ticket that
 * was just taken in may still lie there: what the history knows is left out, so read that after.
 */
export const pendingExperiments = async (
  places: Places,
  repository: string,
  history: History | null,
): Promise<Experiment[]> => {
  const tickets = spooled(places)
    .map((file) => readTicket(places, file))
    .filter((read): read is Ticket => read !== null && !('problem' in read))
    .filter((ticket) => QUEUES.has(ticket.verb) && ticket.repository === repository)
  const items = tickets.flatMap((ticket) => ticket.items.map((item) => ({ ticket, item })))
  const objects = await readObjects(
    repository,
    items.map(({ item }) => item.oid),
  )
  const pending = new Map<string, Experiment>()
  for (const [i, { ticket, item }] of items.entries()) {
    const facts = ticket.verb === 'commit' ? commitFacts(ticket, item) : factsOf(objects[i])
    if (facts?.id !== item.id || pending.has(item.id)) continue
    if ((history?.byId(item.id) ?? null) !== null) continue
    pending.set(item.id, queuedExperiment(ticket, item, facts))
  }
  const known = (id: string): Experiment | null => pending.get(id) ?? history?.byId(id) ?? null
  return [...pending.values()].map((one) => ({
    ...one,
    after: one.after.map((other) => ({
      ...other,
      name: known(other.id)?.name ?? null,
      state: known(other.id)?.state.is ?? null,
    })),
  }))
}

/** What is known of a commit whose snapshot is still to be made. */
const commitFacts = ({ value }: Ticket, { oid, id, name }: TicketItem): SnapshotFacts => ({
  id,
  queue: '',
  name,
  baseline: oid,
  branch: value ?? null,
  workdir: '',
  overrides: [],
  replaced: [],
  executor: 'temp-dir',
  spec: null,
})

/** Null for what is no snapshot; the daemon will set its ticket aside. */
const factsOf = (object: GitObject | null | undefined): SnapshotFacts | null => {
  if (object?.type !== 'commit') return null
  try {
    return parseSnapshotMessage(parseCommit(object.content).message)
  } catch (error) {
    if (error instanceof UserError) return null
    throw error
  }
}

/** An experiment that is queued and has no row yet. */
export const queuedExperiment = (
  ticket: Pick<Ticket, 'repository' | 'worktree' | 'priority' | 'hold' | 'after'>,
  item: TicketItem,
  facts: SnapshotFacts,
): Experiment => ({
  id: item.id,
  number: null,
  name: item.name,
  repository: ticket.repository,
  worktree: ticket.worktree,
  baseline: facts.baseline,
  rewritten: null,
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
  after: ticket.after.map((one) => ({ ...one, name: null, state: null })),
  queuedAt: uuidTime(item.id),
  kept: [],
  workplace: null,
  starred: false,
  tags: [],
  note: null,
  attempts: [],
  state: { is: ticket.hold ? 'held' : 'queued' },
})
