import { randomInt } from 'node:crypto'
import type { Composition } from '../compose/composition.ts'
import { UserError } from '../errors.ts'
import { GitError } from '../git.ts'
import { gitSteps } from '../git-steps.ts'
import { committer, type Identity } from '../identity.ts'
import type { Override } from '../overrides/override.ts'
import { printOverride } from '../overrides/print.ts'
import type { Sampling } from '../overrides/sample.ts'
import type { Places } from '../places.ts'
import { queueId } from '../places.ts'
import { askTakenNames, changeRefs, parseTakenNames, takenNames } from '../refs.ts'
import { askDescription, type Baseline, parseDescription, type Repository } from '../repository.ts'
import { settle } from '../settle.ts'
import { type Executor, printSnapshotMessage, type SnapshotFacts } from '../snapshot.ts'
import type { Spec } from '../spec/spec.ts'
import { uuid7 } from '../uuid.ts'
import { chooseNames } from './choose-names.ts'
import { type Draft, draftSnapshots, type EditedFile } from './commit-snapshots.ts'
import { editParameters } from './edit-parameters.ts'
import { type Captured, holdSnapshots, VanishedError } from './hold-snapshots.ts'
import { replacedSince, type Source, withFormer } from './source.ts'
import { type CaptureProgress, type Trees, writeTrees } from './trees.ts'
import type { UntrackedRules } from './untracked.ts'

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

export interface Captures {
  snapshots: Captured[]
  /** Sentences about what was left out. */
  notes: string[]
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
export const capture = async (request: CaptureRequest): Promise<Captures> => {
  for (let attempt = 1; ; attempt++) {
    // The user's own gc may remove an object before our ref holds it [R10].
    try {
      return await captureOnce(request, attempt === 1)
    } catch (error) {
      if (!mayHaveVanished(error) || attempt === TRIES) throw error
    }
  }
}

const mayHaveVanished = (error: unknown): boolean =>
  error instanceof VanishedError || (error instanceof GitError && READERS.has(error.args[0] ?? ''))

/** Gits that fail when an object which was just written is gone. */
const READERS = new Set(['write-tree', 'ls-tree', 'cat-file', 'fast-import', 'update-ref'])

const captureOnce = async (request: CaptureRequest, isTrusting: boolean): Promise<Captures> => {
  const { repository, places, identity, nowMs, untracked, tell } = request
  const [plan, trees, { baseline, taken }, author] = await settle<
    [Plan, Trees, Surroundings, string]
  >([
    request.plan,
    request.source == null
      ? writeTrees(repository, places, { untracked, isTrusting, tell })
      : Promise.resolve(request.source.trees),
    readSurroundings(repository),
    committer(identity, repository.gitDir, nowMs),
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
    const snapshots = await draftSnapshots(common, drafts(), async (oids, write) => {
      const made = facts.map((own, i) => ({ oid: oids[i] ?? '', facts: own }))
      return (await holdSnapshots(repository, made, write)) ? made : null
    })
    if (snapshots !== null) return { snapshots, notes: trees.notes }
    if (attempt === NAME_TRIES) {
      throw new UserError('name-taken', 'others keep taking these names', 'give one with -n')
    }
    const takenNow = await takenNames(repository.commonDir, repository.head)
    const all = new Map([...alsoTaken, ...takenNow])
    names = await claimNames(request, plan, all, 2 + randomInt(attempt * CROWD))
  }
}

/** What the snapshots stand on, and the names that they cannot have. */
interface Surroundings {
  baseline: Baseline
  taken: Map<string, string>
}

const readSurroundings = async ({ commonDir, head }: Repository): Promise<Surroundings> => {
  const steps = [askDescription(head), askTakenNames(head)]
  const [commit = '', names = ''] = await gitSteps(steps, { place: { gitDir: commonDir } })
  return { baseline: parseDescription(commit), taken: parseTakenNames(names) }
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
