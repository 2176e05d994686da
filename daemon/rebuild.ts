import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { readCommandFile } from '../lib/command-file.ts'
import { UserError } from '../lib/errors.ts'
import { GitError, gitText } from '../lib/git.ts'
import { attemptFolder } from '../lib/places.ts'
import { parseRef } from '../lib/refs.ts'
import { parseTicket, type Ticket } from '../lib/ticket.ts'
import type { Daemon } from './daemon.ts'
import { note } from './events.ts'
import type { Arrival } from './queue.ts'
import { readArrivals } from './read-arrivals.ts'
import type { Place } from './records.ts'
import {
  appendNumbers,
  readAttemptEnd,
  readEnd,
  readMarks,
  readNumbers,
  readRewrites,
} from './run-records.ts'
import { skipIfOrphaned } from './skip-dependents.ts'

/**
 * Builds the rows of a lost database anew: from the tickets and outcomes in `runs/`, and from the
 * snapshots that still have their refs. Experiments keep their numbers. What had not ended is queued,
 * or taken for running and taken over like after a crash. Only snapshots of this queue are taken.
 */
export const rebuild = async (daemon: Daemon): Promise<void> => {
  const numbers = readNumbers(daemon.places)
  daemon.records.reserveNumbers(Math.max(0, ...numbers.values()))
  let built = 0
  for (const ticket of readTickets(daemon)) {
    try {
      const arrivals = await readArrivals(daemon, await withoutRemoved(daemon, ticket))
      daemon.queue.atomically(() => {
        for (const arrival of arrivals) restore(daemon, arrival, numbers)
        daemon.queue.answer(ticket.ticket, ticket.verb, null, daemon.clock())
      })
      built += arrivals.length
    } catch (error) {
      if (!(error instanceof UserError) && !(error instanceof GitError)) throw error
      note('rebuild', { ticket: ticket.ticket, problem: error.message })
    }
  }
  for (const { commonDir, ...one } of readRewrites(daemon.places)) {
    daemon.records.rewrite(commonDir, one)
  }
  note('rebuilt', { experiments: built })
}

/** The tickets that made rows, in the order they were made. */
const readTickets = ({ places }: Daemon): Ticket[] =>
  readdirSync(places.runs)
    .map((id) => join(places.runs, id, 'ticket'))
    .filter((file) => existsSync(file))
    .map((file) => parseTicket(readFileSync(file, 'utf8')))
    .filter((ticket): ticket is Ticket => !('problem' in ticket))
    .toSorted((a, b) => (a.ticket < b.ticket ? -1 : 1))

/** Without the experiments that were removed since, and with the names that the others have now. */
const withoutRemoved = async ({ places }: Daemon, ticket: Ticket): Promise<Ticket> => {
  const text = await gitText(
    ['for-each-ref', '--format=%(objectname) %(refname)', 'refs/git-exp/snapshots'],
    { place: { gitDir: ticket.repository } },
  )
  const names = new Map<string, string>()
  for (const line of text.split('\n')) {
    const [oid = '', ref = ''] = line.split(' ')
    const parsed = parseRef(ref)
    if (parsed !== null) names.set(oid, parsed.name)
  }
  const items = ticket.items.flatMap((item) => {
    const name = names.get(item.oid)
    return name === undefined ? [] : [{ ...item, name }]
  })
  // Of what has ended long ago the environment is no longer kept; a retry brings its own.
  const hasEnv = ticket.env !== null && existsSync(join(places.spool.env, ticket.env))
  return { ...ticket, env: hasEnv ? ticket.env : null, items }
}

const restore = (daemon: Daemon, arrival: Arrival, numbers: Map<string, number>): void => {
  const { places, queue, records } = daemon
  const { id } = arrival.facts
  const known = numbers.get(id) ?? null
  const marks = readMarks(places, id)
  // Marks of an older version say less.
  const isHeld = marks?.isHeld ?? arrival.isHeld
  const priority = marks?.priority ?? arrival.priority
  const after = marks?.after ?? arrival.after
  const number = queue.add({ ...arrival, isHeld, priority, after }, known)
  if (known === null) appendNumbers(places, [{ number, id }])
  if (marks !== null) {
    records.star(id, marks.starred)
    records.tag(id, marks.tags)
    records.note(id, marks.note ?? '')
  }
  const attempt = lastAttempt(daemon, id)
  const ended = Array.from({ length: attempt }, (_, i) => readAttemptEnd(places, id, i + 1))
  for (const one of ended) if (one !== null) records.restoreAttempt(number, one)
  const end = readEnd(places, id)
  const last = ended.at(-1) ?? null
  if (end !== null && end.attempt >= attempt) records.restoreEnd(number, end)
  else if (last !== null) records.restoreWaiting(number, last)
  // A look at the remote tells how far it is.
  else if (arrival.facts.executor === 'celery')
    daemon.cluster.rows.offer([{ number }], null, daemon.clock())
  else if (attempt > 0) records.restoreRunning(number, attempt, placeOf(daemon, id, attempt))
  else skipIfOrphaned(daemon, { after }, id)
}

const lastAttempt = ({ places }: Daemon, id: string): number =>
  Math.max(
    0,
    ...namesIn(join(places.runs, id))
      .filter((name) => /^\d+$/.test(name))
      .map(Number),
  )

/** What an attempt has of the machine: its workplace's path tells the slot. */
const placeOf = ({ places }: Daemon, id: string, attempt: number): Place => {
  const file = readCommandFile(attemptFolder(places, id, attempt))
  if (file === null) return { slot: attempt, gpus: null }
  const { workplace, gpus = null } = file
  return { slot: Number(basename(dirname(dirname(workplace)))) || attempt, gpus }
}

const namesIn = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder) : [])
