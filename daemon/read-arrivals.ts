import { existsSync, realpathSync, type Stats, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseCommit } from '../lib/cat-file.ts'
import { UserError } from '../lib/errors.ts'
import { GitError } from '../lib/git.ts'
import { foldName } from '../lib/names.ts'
import type { Plain } from '../lib/params/plain.ts'
import { printPlain } from '../lib/params/plain-json.ts'
import { readParams } from '../lib/params/read.ts'
import { queueId } from '../lib/places.ts'
import { snapshotRef } from '../lib/refs.ts'
import { parseSnapshotMessage, type SnapshotFacts } from '../lib/snapshot.ts'
import { commitSpec } from '../lib/spec/commit-spec.ts'
import type { Spec } from '../lib/spec/spec.ts'
import type { Ticket, TicketItem } from '../lib/ticket.ts'
import type { Daemon } from './daemon.ts'
import { readFromOpen } from './object-reader.ts'
import type { Arrival } from './queue.ts'

/**
 * Reads what an enqueue ticket names. The ticket is only a list: the facts come from the snapshots
 * themselves, and each must be a snapshot of this queue that its ref holds. Throws `UserError` with
 * the first thing that is wrong: a sweep is queued whole or not at all.
 */
export const readArrivals = async (daemon: Daemon, ticket: Ticket): Promise<Arrival[]> => {
  if (ticket.items.length === 0) throw refusal('it names no experiment')
  await checkRepository(ticket.repository)
  if (ticket.env !== null) checkEnvironment(daemon, ticket.env)
  const facts = await readSnapshots(daemon, ticket)
  const held = await readFromOpen(
    ticket.repository,
    facts.map((own, i) => snapshotRef(own.baseline, ticket.items[i]?.name ?? '')),
  )
  const seen = new Set<string>()
  const arrivals: Arrival[] = []
  for (const [i, item] of ticket.items.entries()) {
    const own = facts[i]
    if (own === undefined || held[i]?.oid !== item.oid) throw refusal(`${item.name} has no ref`)
    const key = `${own.baseline} ${foldName(item.name)}`
    if (
      seen.has(key) ||
      seen.has(own.id) ||
      daemon.queue.isKnown(ticket.repository, own, item.name)
    ) {
      throw refusal(`${item.name} is queued already`)
    }
    checkExecutor(own, ticket)
    seen.add(key).add(own.id)
    const spec = own.spec ?? (await commitSpec(ticket.repository, ticket.worktree, item.oid))
    arrivals.push({
      facts: own,
      spec,
      name: item.name,
      snapshot: item.oid,
      commonDir: ticket.repository,
      worktree: ticket.worktree,
      env: ticket.env,
      priority: ticket.priority,
      isHeld: ticket.hold,
      after: ticket.after,
      keep: ticket.keep,
      ticket: ticket.ticket,
      byHook: ticket.hook === true,
      params: '{}',
    })
  }
  const params = await readAllParams(ticket.repository, arrivals)
  return arrivals.map((arrival, i) => ({ ...arrival, params: printPlain(params[i] ?? {}) }))
}

const refusal = (text: string): UserError => new UserError('refused-by-daemon', text)

export const checkEnvironment = ({ places }: Daemon, env: string): void => {
  if (existsSync(join(places.spool.env, env))) return
  throw refusal('the environment it names is not kept')
}

/** A repository of this user at its real path: a ticket may name any folder. */
export const checkRepository = async (commonDir: string): Promise<void> => {
  const stat = lookAt(commonDir)
  if (stat === undefined) throw refusal(`there is no repository ${commonDir}`)
  if (stat.uid !== (process.getuid?.() ?? stat.uid)) {
    throw refusal(`${commonDir} belongs to another user`)
  }
  if (realpathSync(commonDir) !== commonDir) throw refusal(`${commonDir} is not a real path`)
  try {
    await readFromOpen(commonDir, ['HEAD'])
  } catch (error) {
    if (!(error instanceof GitError) || error.exitCode === null) throw error
    throw refusal(`${commonDir} is not a git repository`)
  }
}

const lookAt = (folder: string): Stats | undefined => {
  try {
    return statSync(folder, { throwIfNoEntry: false })
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (!['EACCES', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG'].includes(code)) throw error
    throw refusal(`${folder} cannot be read (${code})`)
  }
}

/** The facts of the snapshots that a ticket names, each checked to be one of this queue. */
export const readSnapshots = async (daemon: Daemon, ticket: Ticket): Promise<SnapshotFacts[]> => {
  const objects = await readFromOpen(
    ticket.repository,
    ticket.items.map(({ oid }) => oid),
  )
  return ticket.items.map((item, i) => {
    const object = objects[i]
    if (object === null || object === undefined)
      throw refusal(`${item.oid} is not in the repository`)
    if (object.type !== 'commit') throw refusal(`${item.oid} is a ${object.type} and no commit`)
    const { parents, message } = parseCommit(object.content)
    const facts = parseSnapshotMessage(message)
    checkSnapshot(daemon, ticket, item, { facts, parents })
    return facts
  })
}

const checkSnapshot = (
  daemon: Daemon,
  { verb }: Ticket,
  item: TicketItem,
  { facts, parents }: { facts: SnapshotFacts; parents: string[] },
): void => {
  if (facts.id !== item.id) throw refusal(`${item.oid} is not the snapshot of ${item.id}`)
  // What was pulled is another queue's, or this one's that was removed here.
  if (verb !== 'pull' && facts.queue !== queueId(daemon.places))
    throw refusal(`${item.oid} is of another queue`)
  if (parents[0] !== facts.baseline || parents.length < 2 || parents.length > 3) {
    throw refusal(`${item.oid} does not have the shape of a stash`)
  }
}

const checkExecutor = ({ executor }: SnapshotFacts, { worktree }: Ticket): void => {
  if (executor === 'in-place' && worktree === null) {
    throw refusal('it is to run in a workspace, and the ticket names none')
  }
}

/** The parameter files of all experiments, through one git process. */
const readAllParams = async (
  commonDir: string,
  arrivals: { snapshot: string; spec: Spec }[],
): Promise<{ [file: string]: Plain }[]> => {
  // A parameter file may be untracked: then it is in the third parent.
  const names = arrivals.flatMap(({ snapshot, spec }) =>
    spec.params.flatMap((file) => [`${snapshot}:${file}`, `${snapshot}^3:${file}`]),
  )
  const objects = await readFromOpen(commonDir, names)
  let next = 0
  const all: { [file: string]: Plain }[] = []
  for (const { spec } of arrivals) {
    const params: { [file: string]: Plain } = {}
    for (const file of spec.params) {
      const object = [objects[next], objects[next + 1]].find((found) => found?.type === 'blob')
      next += 2
      const read = object && (await readIfValid(file, object.content.toString()))
      if (read !== undefined && read !== null) params[file] = read
    }
    all.push(params)
  }
  return all
}

/** A file that does not parse is the run's business; only its table cells stay empty. */
const readIfValid = (file: string, text: string): Promise<Plain> =>
  readParams(file, text).catch((error: unknown) => {
    if (error instanceof UserError) return null
    throw error
  })
