import { randomInt } from 'node:crypto'
import type { Composition } from '../compose/composition.ts'
import { UserError } from '../errors.ts'
import { GitError, git } from '../git.ts'
import { foldName, freeName, proposeNames } from '../names.ts'
import type { Override } from '../overrides/override.ts'
import { printOverride } from '../overrides/print.ts'
import type { Places } from '../places.ts'
import { queueId } from '../places.ts'
import { changeRefs, resultRef, snapshotRef, takenNames } from '../refs.ts'
import { type Baseline, describeCommit, type Repository } from '../repository.ts'
import { settle } from '../settle.ts'
import { type Executor, printSnapshotMessage, type SnapshotFacts } from '../snapshot.ts'
import type { Spec } from '../spec/spec.ts'
import { uuid7 } from '../uuid.ts'
import { authorLine, commitSnapshots, type EditedFile } from './commit-snapshots.ts'
import { editParameters } from './edit-parameters.ts'
import { findOrphans } from './orphans.ts'
import { type CaptureProgress, type Trees, writeTrees } from './trees.ts'
import type { UntrackedRules } from './untracked.ts'
import { letGcEnd } from './user-gc.ts'

/** What is to be made of the workspace. */
export interface Plan {
  spec: Spec
  /** One list of overrides an experiment; a sweep has several. Each names its file. */
  sweep: Override[][]
  /** What one of the parameter files is composed of, or null. */
  composition: Composition | null
}

export interface CaptureRequest {
  repository: Repository
  places: Places
  /** The workspace is looked at while the plan is still being made. */
  plan: Promise<Plan>
  /** The name the user gave, or null. */
  name: string | null
  executor: Executor
  untracked: UntrackedRules
  nowMs: number
  /** Told of long work, on the way. */
  tell?: (progress: CaptureProgress) => void
}

/** A snapshot that has its ref. */
export interface Captured {
  oid: string
  facts: SnapshotFacts
}

const TRIES = 3
/** Dozens of captures at once want the same generated name. */
const NAME_TRIES = 100
/** How far apart they then try, so that they do not all want the next number. */
const CROWD = 10

/**
 * Captures the workspace once for the whole sweep and gives each experiment its snapshot and its
 * ref, all or none. Throws `UserError` when a name is taken or the workspace cannot be captured.
 */
export const capture = async (
  request: CaptureRequest,
): Promise<{ snapshots: Captured[]; notes: string[] }> => {
  for (let attempt = 1; ; attempt++) {
    // The user's own gc may remove an object before our ref holds it [R10].
    try {
      const made = await captureOnce(request, attempt === 1)
      if (await isWhole(request.repository, made.snapshots)) return made
      await dropSnapshots(request.repository, made.snapshots)
      throw new VanishedError()
    } catch (error) {
      if (!mayHaveVanished(error) || attempt === TRIES) throw error
    }
  }
}

/** Objects of a snapshot are gone that were there a moment ago. */
class VanishedError extends UserError {
  constructor() {
    super(
      'capture-failed',
      'objects of the snapshot vanished while it was made: is a git gc running?',
      'try again when it has ended',
    )
  }
}

const mayHaveVanished = (error: unknown): boolean =>
  error instanceof VanishedError || (error instanceof GitError && READERS.has(error.args[0] ?? ''))

/** Gits that fail when an object which was just written is gone. */
const READERS = new Set(['write-tree', 'ls-tree', 'cat-file', 'fast-import', 'update-ref'])

/** Takes snapshots back that nothing was queued for. */
export const dropSnapshots = async (
  { commonDir }: Repository,
  snapshots: Captured[],
): Promise<void> => {
  await changeRefs(
    commonDir,
    snapshots.map(({ oid, facts }) => ({
      to: 'delete',
      ref: snapshotRef(facts.baseline, facts.name),
      oid,
    })),
  )
}

const captureOnce = async (
  request: CaptureRequest,
  isTrusting: boolean,
): Promise<{ snapshots: Captured[]; notes: string[] }> => {
  const { repository, places, nowMs, untracked, tell } = request
  const [plan, trees, baseline, author, taken] = await settle<
    [Plan, Trees, Baseline, string, Map<string, string>]
  >([
    request.plan,
    writeTrees(repository, places, { untracked, isTrusting, tell }),
    describeCommit(repository),
    authorLine(repository, nowMs),
    takenNames(repository.commonDir, repository.head),
  ])
  const edited = await editParameters(repository, trees, plan.sweep, plan.composition)
  let names = await chooseNames(request, plan, taken)
  for (let attempt = 1; ; attempt++) {
    const facts = names.map((name, i) =>
      factsOf(request, plan, name, plan.sweep[i] ?? [], edited[i] ?? []),
    )
    const drafts = facts.map((own, i) => ({
      message: printSnapshotMessage(own, baseline),
      files: edited[i] ?? [],
    }))
    const oids = await commitSnapshots(repository, trees, baseline, drafts, author)
    const snapshots = facts.map((own, i) => ({ oid: oids[i] ?? '', facts: own }))
    if (await letGcEnd(repository.commonDir)) await refuseBroken(repository, snapshots)
    if (await createRefs(repository, snapshots)) return { snapshots, notes: trees.notes }
    if (attempt === NAME_TRIES) {
      throw new UserError('name-taken', 'others keep taking these names', 'give one with -n')
    }
    const takenNow = await takenNames(repository.commonDir, repository.head)
    names = await chooseNames(request, plan, takenNow, 2 + randomInt(attempt * CROWD))
  }
}

const chooseNames = async (
  { name, repository, places, nowMs }: CaptureRequest,
  { sweep }: Plan,
  taken: Map<string, string>,
  from = 2,
): Promise<string[]> => {
  const proposed = proposeNames(name, sweep)
  if (name === null) return freeNames(proposed, taken, from)
  const clashing = proposed
    .map((own) => taken.get(foldName(own)))
    .filter((own) => own !== undefined)
  if (clashing.length === 0) return proposed
  const orphans = await findOrphans(repository, places, clashing, nowMs)
  const owned = clashing.find((own) => !orphans.some((orphan) => orphan.name === own))
  if (owned !== undefined) {
    throw new UserError(
      'name-taken',
      `there is an experiment “${owned}” under this commit already`,
      'choose another name with -n, leave -n out, or take it over with --force',
    )
  }
  await changeRefs(repository.commonDir, orphans)
  return proposed
}

/** A name that the user did not give never clashes: it gets the next free number. */
const freeNames = (proposed: string[], taken: Map<string, string>, from: number): string[] => {
  const used = new Set(taken.keys())
  return proposed.map((own) => {
    const free = freeName(own, used, from)
    used.add(foldName(free))
    return free
  })
}

const factsOf = (
  request: CaptureRequest,
  { spec }: Plan,
  name: string,
  overrides: Override[],
  edited: EditedFile[],
): SnapshotFacts => ({
  id: uuid7(request.nowMs),
  queue: queueId(request.places),
  name,
  baseline: request.repository.head,
  branch: request.repository.branch,
  workdir: request.repository.workdir,
  overrides: overrides.map(printOverride),
  replaced: edited.map(({ path, original }) => ({ path, original })),
  executor: request.executor,
  spec,
})

const createRefs = ({ commonDir }: Repository, snapshots: Captured[]): Promise<boolean> =>
  changeRefs(
    commonDir,
    snapshots.flatMap(({ oid, facts }) => [
      { to: 'create', ref: snapshotRef(facts.baseline, facts.name), oid },
      { to: 'verify-absent', ref: resultRef(facts.baseline, facts.name) },
    ]),
  )

const refuseBroken = async (repository: Repository, snapshots: Captured[]): Promise<void> => {
  if (!(await isWhole(repository, snapshots))) throw new VanishedError()
}

/** Whether every object that the snapshots add to the baseline is there. */
const isWhole = async (repository: Repository, snapshots: Captured[]): Promise<boolean> => {
  const oids = snapshots.map(({ oid }) => oid)
  try {
    await git(['rev-list', '--objects', '--quiet', '--stdin'], {
      place: { gitDir: repository.gitDir },
      input: [...oids, `^${repository.head}`, ''].join('\n'),
    })
    return true
  } catch (error) {
    if (error instanceof GitError && error.exitCode !== null) return false
    throw error
  }
}
