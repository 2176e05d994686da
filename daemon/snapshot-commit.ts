import { setTimeout as sleep } from 'node:timers/promises'
import { commitSnapshots } from '../lib/capture/commit-snapshots.ts'
import { editParameters, placeOverrides } from '../lib/capture/edit-parameters.ts'
import { isWhole } from '../lib/capture/hold-snapshots.ts'
import { parseCommit } from '../lib/cat-file.ts'
import { UserError } from '../lib/errors.ts'
import { askSignature } from '../lib/identity.ts'
import { foldName, proposeNames } from '../lib/names.ts'
import { countSweep, expandSweep } from '../lib/overrides/expand.ts'
import { parseOverride } from '../lib/overrides/parse.ts'
import { printOverride } from '../lib/overrides/print.ts'
import { refuseComposition } from '../lib/overrides/refuse-composition.ts'
import { queueId } from '../lib/places.ts'
import { changeRefs, type RefChange, resultRef, snapshotRef, takenNames } from '../lib/refs.ts'
import { describeCommit, type Repository } from '../lib/repository.ts'
import { printSnapshotMessage, type SnapshotFacts } from '../lib/snapshot.ts'
import { commitSpec } from '../lib/spec/commit-spec.ts'
import { putTicketAs } from '../lib/spool.ts'
import type { Ticket, TicketItem } from '../lib/ticket.ts'
import { parseTrailers } from '../lib/trailers.ts'
import { derivedUuid, uuidTime } from '../lib/uuid.ts'
import { type CommitTrailers, readCommitTrailers } from './commit-trailers.ts'
import type { Daemon } from './daemon.ts'
import { note } from './events.ts'
import { readFromOpen } from './object-reader.ts'
import { checkRepository } from './read-arrivals.ts'

/** A message is quickly written, and one ticket holds not many more. */
const MOST = 10_000

/** So long after its hook has asked git is let end the commit first: its user waits for that. */
const COMMIT_ENDS_MS = 30

/**
 * Does what a hook has no time for: makes the snapshot of the commit that its ticket names, or those
 * that the commit's trailers ask for, and their refs; then that ticket gives way in the spool to one
 * that names them. All of it comes out the same when a daemon died over it and the next one begins
 * again. Gives back the ticket that is to be taken in, or null where nothing is to be queued. Throws
 * `UserError` for what cannot be.
 */
export const snapshotCommit = async (
  daemon: Daemon,
  file: string,
  ticket: Ticket,
): Promise<Ticket | null> => {
  const [item, ...more] = ticket.items
  if (item === undefined || more.length > 0) throw refusal('it must name one commit')
  const askedAt = uuidTime(ticket.ticket)
  await sleep(Math.min(COMMIT_ENDS_MS, askedAt + COMMIT_ENDS_MS - daemon.clock()))
  await checkRepository(ticket.repository)
  const [object] = await readFromOpen(ticket.repository, [item.oid])
  if (object?.type !== 'commit') throw refusal(`${item.oid} is no commit of the repository`)
  const trailers = await readCommitTrailers(ticket.repository, item.oid)
  if (trailers.isSkipped) return null
  const { tree } = parseCommit(object.content)
  const snapshots = await makeSnapshots(daemon, ticket, { item, tree, trailers })
  const held = await hold(ticket.repository, item, snapshots)
  if (held === null) return null
  if (!(await isWhole(repositoryOf(ticket, item), held))) {
    throw new UserError('capture-failed', 'objects of its snapshots vanished: is a git gc running?')
  }
  const items = held.map(({ oid, facts: { id, name } }) => ({ oid, id, name }))
  const { value, ...rest } = ticket
  const made: Ticket = { ...rest, verb: 'enqueue', hook: true, items }
  putTicketAs(daemon.places, file, made)
  note('commit', { commit: item.oid, branch: value ?? null, experiments: items.length })
  return made
}

const refusal = (text: string): UserError => new UserError('refused-by-daemon', text)

interface Made {
  oid: string
  facts: SnapshotFacts
}

/** What a commit's hook could know of the place that it was made in. */
const repositoryOf = (ticket: Ticket, { oid }: TicketItem): Repository => ({
  commonDir: ticket.repository,
  gitDir: ticket.repository,
  worktree: ticket.worktree ?? ticket.repository,
  workdir: '',
  head: oid,
  branch: ticket.value ?? null,
})

const makeSnapshots = async (
  { places }: Daemon,
  ticket: Ticket,
  { item, tree, trailers }: { item: TicketItem; tree: string; trailers: CommitTrailers },
): Promise<Made[]> => {
  const parsed = trailers.params.map((text) => parseOverride(text))
  for (const one of parsed) refuseComposition(one)
  if (countSweep(parsed) > MOST) {
    throw new UserError(
      'too-large',
      `the commit's message asks for ${countSweep(parsed)} experiments, and ${MOST} is the most`,
    )
  }
  const { repository: commonDir, worktree } = ticket
  const repository = repositoryOf(ticket, item)
  const [spec, baseline, author] = await Promise.all([
    commitSpec(commonDir, worktree, item.oid, trailers.command),
    describeCommit(repository),
    authorOf(repository, uuidTime(item.id)),
  ])
  const sweep = expandSweep(parsed).map((own) => placeOverrides(own, '', spec.params))
  const trees = { index: tree, tracked: tree, untracked: null, notes: [] }
  const edits = await editParameters(repository, trees, sweep, null)
  const files = edits.map((edit) => edit())
  const isPlain = trailers.name === null && trailers.params.length === 0
  const names = isPlain ? [item.name] : proposeNames(trailers.name, sweep, () => item.name)
  const all = names.map(
    (name, i): SnapshotFacts => ({
      id: i === 0 ? item.id : derivedUuid(item.id, String(i)),
      queue: queueId(places),
      name,
      baseline: item.oid,
      branch: repository.branch,
      workdir: '',
      overrides: (sweep[i] ?? []).map(printOverride),
      replaced: (files[i] ?? []).map(({ path, original }) => ({ path, original })),
      executor: 'temp-dir',
      spec,
    }),
  )
  const drafts = all.map((facts, i) => ({
    message: printSnapshotMessage(facts, baseline),
    files: files[i] ?? [],
  }))
  const common = { repository, scratch: places.scratch, trees, baseline, author }
  const oids = await commitSnapshots(common, drafts)
  return all.map((facts, i) => ({ oid: oids[i] ?? '', facts }))
}

/** With the time of the commit's own experiment, so that the same snapshots come out again. */
const authorOf = async (repository: Repository, atMs: number): Promise<string> =>
  (await askSignature(repository.gitDir, atMs)).replace(
    /\d+ [+-]\d{4}$/,
    `${Math.floor(atMs / 1000)} +0000`,
  )

/**
 * Gives all of them their refs, or finds that done already, by a daemon that died: then those count
 * that have the refs, as user and workspace may have changed since and others came out now. Null for a
 * commit that queued itself before, as one does that is made anew in the second of its first making.
 */
const hold = async (
  commonDir: string,
  item: TicketItem,
  snapshots: Made[],
): Promise<Made[] | null> => {
  const refs = snapshots.map(({ facts }) => snapshotRef(facts.baseline, facts.name))
  const held = await readFromOpen(commonDir, refs)
  const earlier = snapshots.flatMap(({ facts }, i): Made[] => {
    const object = held[i]
    return object?.type === 'commit' && idIn(object.content) === facts.id
      ? [{ oid: object.oid, facts }]
      : []
  })
  if (earlier.length === snapshots.length) return earlier
  const folded = snapshots.map(({ facts }) => foldName(facts.name))
  const taken = await takenNames(commonDir, item.oid)
  const clash = folded.find((name, i) => taken.has(name) || folded.indexOf(name) !== i)
  if (clash === item.name) return null
  const changes = snapshots.flatMap(({ oid, facts }, i): RefChange[] => [
    { to: 'create', ref: refs[i] ?? '', oid },
    { to: 'verify-absent', ref: resultRef(facts.baseline, facts.name) },
  ])
  if (clash !== undefined || !(await changeRefs(commonDir, changes))) {
    throw new UserError(
      'name-taken',
      `there is an experiment “${clash ?? snapshots[0]?.facts.name}” under this commit already`,
    )
  }
  return snapshots
}

const idIn = (commit: Buffer): unknown =>
  parseTrailers(parseCommit(commit).message).get('Exp-Id')?.[0]
