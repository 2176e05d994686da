import { isWhole } from '../lib/capture/capture.ts'
import { authorLine, commitSnapshots } from '../lib/capture/commit-snapshots.ts'
import { editParameters, placeOverrides } from '../lib/capture/edit-parameters.ts'
import { resolveNames } from '../lib/cat-file.ts'
import { UserError } from '../lib/errors.ts'
import { gitText } from '../lib/git.ts'
import { foldName, proposeNames } from '../lib/names.ts'
import { countSweep, expandSweep } from '../lib/overrides/expand.ts'
import { parseOverride } from '../lib/overrides/parse.ts'
import { printOverride } from '../lib/overrides/print.ts'
import { refuseComposition } from '../lib/overrides/refuse-composition.ts'
import { changeRefs, type RefChange, resultRef, snapshotRef, takenNames } from '../lib/refs.ts'
import { describeCommit, type Repository } from '../lib/repository.ts'
import { printSnapshotMessage, type SnapshotFacts } from '../lib/snapshot.ts'
import { commitSpec } from '../lib/spec/commit-spec.ts'
import { putTicketAs } from '../lib/spool.ts'
import type { Ticket, TicketItem } from '../lib/ticket.ts'
import { derivedUuid, uuidTime } from '../lib/uuid.ts'
import { type CommitTrailers, readCommitTrailers } from './commit-trailers.ts'
import type { Daemon } from './daemon.ts'
import { note } from './events.ts'
import { checkRepository, readSnapshots } from './read-arrivals.ts'

/** A message is quickly written, and one ticket holds not many more. */
const MOST = 10_000

/**
 * Does what a hook cannot: where the trailers of a commit ask for a sweep, a name or a command, the
 * one snapshot that the hook made gives way to those, in one transaction of refs, and its ticket in
 * the spool to one that names them. All of it comes out the same when a daemon died over it and the
 * next one begins again. Gives back the ticket that is to be taken in.
 */
export const steerByTrailers = async (
  daemon: Daemon,
  file: string,
  ticket: Ticket,
): Promise<Ticket> => {
  const [item, ...more] = ticket.items
  if (ticket.hook !== true || item === undefined || more.length > 0) return ticket
  await checkRepository(ticket.repository)
  const [facts] = await readSnapshots(daemon, ticket)
  // One that says what it is has been steered before.
  if (facts === undefined || facts.spec !== null) return ticket
  const trailers = await readCommitTrailers(ticket.repository, facts.baseline)
  const { name, command, params } = trailers
  if (name === null && command === null && params.length === 0) return ticket
  const items = await makeSnapshots(ticket, item, facts, trailers)
  const steered = { ...ticket, items }
  putTicketAs(daemon.places, file, steered)
  note('steered', { commit: facts.baseline, experiments: items.length })
  return steered
}

const makeSnapshots = async (
  ticket: Ticket,
  item: TicketItem,
  facts: SnapshotFacts,
  trailers: CommitTrailers,
): Promise<TicketItem[]> => {
  const parsed = trailers.params.map((text) => parseOverride(text))
  for (const one of parsed) refuseComposition(one)
  if (countSweep(parsed) > MOST) {
    throw new UserError(
      'too-large',
      `the commit's message asks for ${countSweep(parsed)} experiments, and ${MOST} is the most`,
    )
  }
  const { repository: commonDir, worktree } = ticket
  const spec = await commitSpec(commonDir, worktree, item.oid, trailers.command)
  const sweep = expandSweep(parsed).map((own) => placeOverrides(own, '', spec.params))
  const repository: Repository = {
    commonDir,
    gitDir: commonDir,
    worktree: worktree ?? commonDir,
    workdir: '',
    head: facts.baseline,
    branch: facts.branch,
  }
  const tree = await gitText(['rev-parse', '--verify', `${facts.baseline}^{tree}`], {
    place: { gitDir: commonDir },
  })
  const trees = { index: tree, tracked: tree, untracked: null, notes: [] }
  const edits = await editParameters(repository, trees, sweep, null)
  const files = edits.map((edit) => edit())
  const names =
    trailers.name === null && sweep.length === 1 && trailers.params.length === 0
      ? [item.name]
      : proposeNames(trailers.name, sweep, () => item.name)
  const all = names.map(
    (name, i): SnapshotFacts => ({
      ...facts,
      id: i === 0 ? facts.id : derivedUuid(facts.id, String(i)),
      name,
      overrides: (sweep[i] ?? []).map(printOverride),
      replaced: (files[i] ?? []).map(({ path, original }) => ({ path, original })),
      spec,
    }),
  )
  const baseline = await describeCommit(repository)
  const drafts = all.map((own, i) => ({
    message: printSnapshotMessage(own, baseline),
    files: files[i] ?? [],
  }))
  const author = await authorOf(repository, uuidTime(facts.id))
  const oids = await commitSnapshots(repository, trees, baseline, drafts, author)
  const snapshots = all.map((own, i) => ({ oid: oids[i] ?? '', facts: own }))
  await hold(repository, item, snapshots)
  if (!(await isWhole(repository, snapshots))) {
    throw new UserError('capture-failed', 'objects of its snapshots vanished: is a git gc running?')
  }
  return snapshots.map(({ oid, facts: { id, name } }) => ({ oid, id, name }))
}

/** With the time of the commit's own experiment, so that the same snapshots come out again. */
const authorOf = async (repository: Repository, atMs: number): Promise<string> =>
  (await authorLine(repository, atMs)).replace(/\d+ [+-]\d{4}$/, `${Math.floor(atMs / 1000)} +0000`)

/** Gives all of them their refs and takes the hook's one away, or finds that done already. */
const hold = async (
  { commonDir, head }: Repository,
  item: TicketItem,
  snapshots: { oid: string; facts: SnapshotFacts }[],
): Promise<void> => {
  const refs = snapshots.map(({ facts }) => snapshotRef(head, facts.name))
  const held = await resolveNames(commonDir, refs)
  if (snapshots.every(({ oid }, i) => held[i] === oid)) return
  const own = snapshotRef(head, item.name)
  const [still] = await resolveNames(commonDir, [own])
  if (still !== item.oid) {
    throw new UserError('refused-by-daemon', `${item.name} has no ref`)
  }
  const folded = snapshots.map(({ facts }) => foldName(facts.name))
  const taken = await takenNames(commonDir, head)
  taken.delete(foldName(item.name))
  const clash = folded.find((name, i) => taken.has(name) || folded.indexOf(name) !== i)
  const changes = snapshots.flatMap(({ oid, facts }): RefChange[] => [
    snapshotRef(head, facts.name) === own
      ? { to: 'replace', ref: own, oid: item.oid, by: oid }
      : { to: 'create', ref: snapshotRef(head, facts.name), oid },
    { to: 'verify-absent', ref: resultRef(head, facts.name) },
  ])
  const isKept = refs.includes(own)
  if (!isKept) changes.push({ to: 'delete', ref: own, oid: item.oid })
  if (clash !== undefined || !(await changeRefs(commonDir, changes))) {
    throw new UserError(
      'name-taken',
      `there is an experiment “${clash ?? snapshots[0]?.facts.name}” under this commit already`,
    )
  }
}
