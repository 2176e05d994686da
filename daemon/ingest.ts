import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { UserError } from '../lib/errors.ts'
import { replaceFile } from '../lib/files.ts'
import { GitError } from '../lib/git.ts'
import { readTicket, spooled } from '../lib/spool.ts'
import { FOLLOW, MAKES_ROWS, QUEUES, type Ticket } from '../lib/ticket.ts'
import { uuid7 } from '../lib/uuid.ts'
import { changeRecords, MOVES_REFS } from './change-record.ts'
import { changeRows } from './change-rows.ts'
import { refuseOnCluster } from './cluster/refuse-on-cluster.ts'
import type { Daemon } from './daemon.ts'
import { note } from './events.ts'
import { followRewrite } from './follow-rewrite.ts'
import { addPulled, readPulledEnds } from './pulled.ts'
import type { Arrival } from './queue.ts'
import { checkEnvironment, readArrivals } from './read-arrivals.ts'
import { appendNumbers } from './run-records.ts'
import { addSaved, publishSaved } from './save.ts'
import { comesTooSoon, skipIfOrphaned } from './skip-dependents.ts'
import { snapshotCommit } from './snapshot-commit.ts'

/** The longest name that a file set aside keeps; the system's own limit is 255. */
const MAX_NAME_BYTES = 200

/** Verbs that look at rows before they change anything, or change refs first. */
const STANDS_ALONE: ReadonlySet<Ticket['verb']> = new Set([...MOVES_REFS, 'rewrite'])

/** A spooled file, looked into: what its taking in will change, or why it cannot be. */
type Prepared =
  | { file: string; ticket: Ticket; change: () => void; folder: string | null }
  | { file: string; ticket: Ticket; refused: string }
  | { file: string; ticket: Ticket | null; problem: string }
  | { file: string; later: string }

/**
 * Takes in what lies in the spool, in order: one transaction a scan, and a ticket leaves the spool
 * only after its rows are on the disk. What cannot be understood is set aside with its reason; the
 * rest goes on. A ticket that moves refs stands alone, after all that came before it.
 */
export const ingest = async (daemon: Daemon): Promise<void> => {
  let batch: Prepared[] = []
  for (const file of spooled(daemon.places)) {
    const read = readTicket(daemon.places, file)
    if (read === null) continue
    if (!('problem' in read) && mayRunNow(daemon, read)) daemon.supervisors.foresee()
    if (!('problem' in read) && STANDS_ALONE.has(read.verb)) {
      takeIn(daemon, batch)
      batch = []
      takeIn(daemon, [await prepare(daemon, file, read)])
      continue
    }
    batch.push(
      'problem' in read
        ? { file, ticket: null, problem: read.problem }
        : await prepare(daemon, file, read),
    )
  }
  takeIn(daemon, batch)
}

/** Whether a ticket will probably start a run at once. */
const mayRunNow = ({ runs, jobs }: Daemon, { verb, hold }: Ticket): boolean =>
  QUEUES.has(verb) && !hold && runs.size < jobs

const takeIn = (daemon: Daemon, batch: Prepared[]): void => {
  if (batch.length === 0) return
  const now = daemon.clock()
  const done: Prepared[] = []
  daemon.queue.atomically(() => {
    for (const one of batch) {
      const applied = apply(daemon, one)
      done.push(applied)
      if ('later' in applied || applied.ticket === null) continue
      if (daemon.queue.isAnswered(applied.ticket.ticket)) continue
      const refused =
        'problem' in applied ? applied.problem : 'refused' in applied ? applied.refused : null
      daemon.queue.answer(applied.ticket.ticket, applied.ticket.verb, refused, now)
    }
  })
  for (const one of done) {
    try {
      if ('later' in one) note('left', { file: one.file, problem: one.later })
      else if ('problem' in one) setAside(daemon, one.file, one.problem)
      else moveTicket(daemon, one.file, 'folder' in one ? one.folder : null)
    } catch (error) {
      // It has its answer; a file that cannot be moved must not hold up the others.
      note('left', { file: one.file, problem: String(error) })
    }
  }
}

/** Makes one ticket's change, or none of it: another ticket of this scan may have come first. */
const apply = (daemon: Daemon, one: Prepared): Prepared => {
  if (!('change' in one)) return one
  if (daemon.queue.isAnswered(one.ticket.ticket)) return again(daemon, one.file, one.ticket)
  if (comesTooSoon(daemon, one.ticket)) {
    return { file: one.file, later: 'what it comes after is still to be taken in' }
  }
  try {
    daemon.queue.atomically(one.change)
    return one
  } catch (error) {
    if (!String((error as { code?: string }).code).startsWith('SQLITE_CONSTRAINT')) throw error
    return { file: one.file, ticket: one.ticket, problem: 'what it names is queued already' }
  }
}

/** A ticket that came before, and whose file stayed because a daemon died: only the file goes. */
const again = (daemon: Daemon, file: string, ticket: Ticket): Prepared => {
  const isQueueing = MAKES_ROWS.has(ticket.verb)
  if (isQueueing && ticket.items.some(({ id }) => daemon.records.find(id) === null)) {
    return { file, ticket, problem: 'a ticket of its id was answered before' }
  }
  return {
    file,
    ticket,
    change: () => {},
    folder: isQueueing ? (ticket.items[0]?.id ?? null) : null,
  }
}

const prepare = async (daemon: Daemon, file: string, read: Ticket): Promise<Prepared> => {
  const { queue } = daemon
  let ticket = read
  const change = (apply: () => void, folder: string | null = null): Prepared => ({
    file,
    ticket,
    change: apply,
    folder,
  })
  try {
    if (queue.isAnswered(ticket.ticket)) return change(() => {})
    if (ticket.verb === 'commit') {
      const made = await snapshotCommit(daemon, file, ticket)
      if (made === null) return change(() => {})
      ticket = made
    }
    if (ticket.verb === 'enqueue' || ticket.verb === 'pull') {
      const arrivals = await readArrivals(daemon, ticket)
      if (ticket.verb === 'pull') {
        const ends = await readPulledEnds(ticket.repository, arrivals)
        const first = arrivals[0]?.facts.id ?? null
        const isFollowed = ticket.value === FOLLOW
        return change(() => addPulled(daemon, arrivals, ends, isFollowed), first)
      }
      return change(() => addAll(daemon, ticket, arrivals), arrivals[0]?.facts.id ?? null)
    }
    if (ticket.verb === 'rewrite') {
      await followRewrite(daemon, ticket)
      return change(() => {})
    }
    if (ticket.verb === 'save') {
      const saved = await publishSaved(daemon, ticket)
      return change(() => addSaved(daemon, saved), saved[0]?.arrival.facts.id ?? null)
    }
    if (ticket.verb === 'environment') {
      const { env } = ticket
      if (env === null) return { file, ticket, problem: 'it names no environment' }
      checkEnvironment(daemon, env)
      return change(() => queue.saveEnvironment(ticket.repository, env))
    }
    refuseOnCluster(daemon, ticket)
    if (!MOVES_REFS.has(ticket.verb)) return change(() => changeRows(daemon, ticket))
    await changeRecords(daemon, ticket)
    return change(() => {})
  } catch (error) {
    return failure(file, ticket, error)
  }
}

const addAll = (daemon: Daemon, ticket: Ticket, arrivals: Arrival[]): void => {
  appendNumbers(
    daemon.places,
    arrivals.map((arrival) => ({ number: daemon.queue.add(arrival), id: arrival.facts.id })),
  )
  for (const { facts } of arrivals) skipIfOrphaned(daemon, ticket, facts.id)
}

const failure = (file: string, ticket: Ticket, error: unknown): Prepared => {
  // Git was killed or never started, which says nothing of the ticket.
  if (error instanceof GitError && error.exitCode === null) return { file, later: error.message }
  if (error instanceof UserError || error instanceof GitError) {
    // What is queued by a ticket that is wrong must be looked at; a verb's refusal is an answer.
    if (MAKES_ROWS.has(ticket.verb) && ticket.verb !== 'pull') {
      const [item] = ticket.items
      // Nobody waits for this answer: it is read later, in a log.
      const isByHook = ticket.verb === 'commit' || ticket.hook === true
      const what = isByHook && item !== undefined ? `${item.name}: ` : ''
      return { file, ticket, problem: `${what}${error.message}` }
    }
    return { file, ticket, refused: error.message }
  }
  const { code, stack } = error as NodeJS.ErrnoException
  // The system's trouble may pass; a fault of ours will not, and must not hold up the others.
  if (code !== undefined) return { file, later: String(stack) }
  return { file, ticket, problem: `this is a fault of git exp: ${stack}` }
}

/** A ticket that made rows is kept beside them: with it they can be made anew. */
const moveTicket = ({ places }: Daemon, file: string, folder: string | null): void => {
  const from = join(places.spool.new, file)
  if (folder === null) {
    rmSync(from, { force: true })
    return
  }
  mkdirSync(join(places.runs, folder), { recursive: true, mode: 0o700 })
  renameSync(from, join(places.runs, folder, 'ticket'))
}

const setAside = ({ places, clock }: Daemon, file: string, problem: string): void => {
  note('set-aside', { file, problem })
  const { bad } = places.spool
  // A name that is taken, or that leaves no room for its reason's, is not kept.
  const isFit = Buffer.byteLength(file) <= MAX_NAME_BYTES && !existsSync(join(bad, file))
  const name = isFit ? file : uuid7(clock())
  replaceFile(join(bad, `${name}.reason`), `${problem}\n`)
  renameSync(join(places.spool.new, file), join(bad, name))
}
