import { randomInt } from 'node:crypto'
import type { Composition } from '../compose/composition.ts'
import { UserError } from '../errors.ts'
import { GitError, git } from '../git.ts'
import { committer, type Identity } from '../identity.ts'
import type { Override } from '../overrides/override.ts'
import { printOverride } from '../overrides/print.ts'
import type { Sampling } from '../overrides/sample.ts'
import type { Places } from '../places.ts'
import { queueId } from '../places.ts'
import {
  changeRefs,
  listResults,
  type RefChange,
  resultRef,
  snapshotRef,
  takenNames,
} from '../refs.ts'
import { type Baseline, describeCommit, type Repository } from '../repository.ts'
import { settle } from '../settle.ts'
import { type Executor, printSnapshotMessage, type SnapshotFacts } from '../snapshot.ts'
import type { Spec } from '../spec/spec.ts'
import { uuid7 } from '../uuid.ts'
import { chooseNames } from './choose-names.ts'
import { commitSnapshots, type Draft, type EditedFile } from './commit-snapshots.ts'
import { editParameters } from './edit-parameters.ts'
import { replacedSince, type Source, withFormer } from './source.ts'
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
  /** What their values were drawn with; null where none were. */
  sample: Sampling | null
}

export interface CaptureRequest {
  repository: Repository
  places: Places
  /** The workspace is looked at while the plan is still being made. */
  plan: Promise<Plan>
  /** The name the user gave, or null. */
  name: string | null
  executor: Executor
  /** Who queues it; null where git has to be asked. */
  identity: Identity | null
  untracked: UntrackedRules
  /** Names that are in use elsewhere, folded → the name itself. */
  alsoTaken?: Map<string, string>
  /** What they are made of in place of the workspace; `repository` is the source's own then. */
  source?: Source | null
  nowMs: number
  /** Told of long work, on the way. */
  tell?: (progress: CaptureProgress) => void
}

/** A snapshot that has its ref. */
export interface Captured {
  oid: string
  facts: SnapshotFacts
}

export interface Captures {
  snapshots: Captured[]
  /** Sentences about what was left out. */
  notes: string[]
}

const TRIES = 3
/** Dozens of captures at once want the same generated name. */
const NAME_TRIES = 100
/** How many results are verified to be absent in the transaction itself. */
const FEW = 100
/** How far apart they then try, so that they do not all want the next number. */
const CROWD = 10

/**
 * Captures the workspace once for the whole sweep and gives each experiment its snapshot and its
 * ref, all or none. Throws `UserError` when a name is taken or the workspace cannot be captured.
 */
export const capture = async (request: CaptureRequest): Promise<Captures> => {
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

const captureOnce = async (request: CaptureRequest, isTrusting: boolean): Promise<Captures> => {
  const { repository, places, identity, nowMs, untracked, tell } = request
  const [plan, trees, baseline, author, taken] = await settle<
    [Plan, Trees, Baseline, string, Map<string, string>]
  >([
    request.plan,
    request.source == null
      ? writeTrees(repository, places, { untracked, isTrusting, tell })
      : Promise.resolve(request.source.trees),
    describeCommit(repository),
    committer(identity, repository.gitDir, nowMs),
    takenNames(repository.commonDir, repository.head),
  ])
  const edited = await editParameters(repository, trees, plan.sweep, plan.composition)
  const alsoTaken = request.alsoTaken ?? []
  let names = await claimNames(request, plan, new Map([...alsoTaken, ...taken]))
  for (let attempt = 1; ; attempt++) {
    const facts: SnapshotFacts[] = []
    const drafts = function* (): Generator<Draft> {
      for (const [i, name] of names.entries()) {
        const files = edited[i]?.() ?? []
        const own = factsOf(request, plan, name, plan.sweep[i] ?? [], files)
        facts.push(own)
        yield { message: printSnapshotMessage(own, baseline), files }
      }
    }
    const { scratch } = places
    const common = { repository, scratch, trees, baseline, author }
    const oids = await commitSnapshots(common, drafts())
    const snapshots = facts.map((own, i) => ({ oid: oids[i] ?? '', facts: own }))
    if (await letGcEnd(repository.commonDir)) await refuseBroken(repository, snapshots)
    if (await createRefs(repository, snapshots)) return { snapshots, notes: trees.notes }
    if (attempt === NAME_TRIES) {
      throw new UserError('name-taken', 'others keep taking these names', 'give one with -n')
    }
    const takenNow = await takenNames(repository.commonDir, repository.head)
    const all = new Map([...alsoTaken, ...takenNow])
    names = await claimNames(request, plan, all, 2 + randomInt(attempt * CROWD))
  }
}

/** The names, once nobody's refs are out of their way. */
const claimNames = async (
  request: CaptureRequest,
  { sweep }: Plan,
  taken: Map<string, string>,
  from = 2,
): Promise<string[]> => {
  const { names, orphans } = await chooseNames(request, sweep, taken, from)
  if (orphans.length > 0) await changeRefs(request.repository.commonDir, orphans)
  return names
}

const factsOf = (
  request: CaptureRequest,
  { spec, sample }: Plan,
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
  overrides: withFormer(request.source?.facts.overrides ?? [], overrides, printOverride),
  replaced: replacedSince(request.source?.facts.replaced ?? [], edited),
  ...(sample === null ? {} : { sample }),
  executor: request.executor,
  spec,
})

/**
 * Creates the snapshots' refs where neither they nor results of their names exist; false otherwise.
 * Git locks a file for each ref that must not exist, which takes twice as long as to create one. So
 * for many the results are listed once the names are ours: then no run of ours can add one.
 */
const createRefs = async (repository: Repository, snapshots: Captured[]): Promise<boolean> => {
  const { commonDir, head } = repository
  const isCrowd = snapshots.length > FEW
  const isCreated = await changeRefs(
    commonDir,
    snapshots.flatMap(({ oid, facts }): RefChange[] => {
      const create: RefChange = {
        to: 'create',
        ref: snapshotRef(facts.baseline, facts.name),
        oid,
      }
      if (isCrowd) return [create]
      return [create, { to: 'verify-absent', ref: resultRef(facts.baseline, facts.name) }]
    }),
  )
  if (!isCreated || !isCrowd) return isCreated
  const results = new Set((await listResults(commonDir, head)).map(({ name }) => name))
  if (!snapshots.some(({ facts }) => results.has(facts.name))) return true
  await dropSnapshots(repository, snapshots)
  return false
}

const refuseBroken = async (repository: Repository, snapshots: Captured[]): Promise<void> => {
  if (!(await isWhole(repository, snapshots))) throw new VanishedError()
}

/** Whether every object that the snapshots add to the baseline is there. */
export const isWhole = async (repository: Repository, snapshots: Captured[]): Promise<boolean> => {
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
