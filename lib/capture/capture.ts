import { UserError } from '../errors.ts'
import { GitError, git } from '../git.ts'
import { foldName, freeName, proposeNames } from '../names.ts'
import type { Override } from '../overrides/override.ts'
import { printOverride } from '../overrides/print.ts'
import type { Places } from '../places.ts'
import { queueId } from '../places.ts'
import { changeRefs, resultRef, snapshotRef, takenNames } from '../refs.ts'
import { describeCommit, type Repository } from '../repository.ts'
import { printSnapshotMessage, type SnapshotFacts } from '../snapshot.ts'
import type { Spec } from '../spec/spec.ts'
import { uuid7 } from '../uuid.ts'
import { authorLine, commitSnapshots } from './commit-snapshots.ts'
import { editParameters } from './edit-parameters.ts'
import { writeTrees } from './trees.ts'
import type { UntrackedRules } from './untracked.ts'

export interface CaptureRequest {
  repository: Repository
  places: Places
  spec: Spec
  /** One list of overrides an experiment; a sweep has several. Each names its file. */
  sweep: Override[][]
  /** The name the user gave, or null. */
  name: string | null
  untracked: UntrackedRules
  nowMs: number
}

/** A snapshot that has its ref. */
export interface Captured {
  oid: string
  facts: SnapshotFacts
}

const TRIES = 3

/**
 * Captures the workspace once for the whole sweep and gives each experiment its snapshot and its
 * ref, all or none. Throws `UserError` when a name is taken or the workspace cannot be captured.
 */
export const capture = async (
  request: CaptureRequest,
): Promise<{ snapshots: Captured[]; notes: string[] }> => {
  for (let attempt = 1; ; attempt++) {
    const { snapshots, notes } = await captureOnce(request)
    if (await isWhole(request.repository, snapshots)) return { snapshots, notes }
    // The user's own gc may have removed an object before our ref held it [R10].
    await dropSnapshots(request.repository, snapshots)
    if (attempt === TRIES) {
      throw new UserError(
        'capture-failed',
        'objects of the snapshot vanished while it was made: is a git gc running?',
        'try again when it has ended',
      )
    }
  }
}

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
): Promise<{ snapshots: Captured[]; notes: string[] }> => {
  const { repository, places, sweep } = request
  const [trees, baseline, author] = await Promise.all([
    writeTrees(repository, places.scratch, request.untracked),
    describeCommit(repository),
    authorLine(repository, request.nowMs),
  ])
  const edited = await editParameters(repository, trees, sweep)
  for (let attempt = 1; ; attempt++) {
    const names = await chooseNames(request)
    const facts = names.map((name, i) => factsOf(request, name, sweep[i] ?? []))
    const drafts = facts.map((own, i) => ({
      message: printSnapshotMessage(own, baseline),
      files: edited[i] ?? [],
    }))
    const oids = await commitSnapshots(repository, trees, baseline, drafts, author)
    const snapshots = facts.map((own, i) => ({ oid: oids[i] ?? '', facts: own }))
    if (await createRefs(repository, snapshots)) return { snapshots, notes: trees.notes }
    if (attempt === TRIES) throw new UserError('name-taken', 'others keep taking these names')
  }
}

const chooseNames = async ({ repository, name, sweep }: CaptureRequest): Promise<string[]> => {
  const taken = await takenNames(repository.commonDir, repository.head)
  const proposed = proposeNames(name, sweep)
  if (name !== null) {
    const clash = proposed.map((own) => taken.get(foldName(own))).find((own) => own !== undefined)
    if (clash === undefined) return proposed
    throw new UserError(
      'name-taken',
      `there is an experiment “${clash}” under this commit already`,
      'choose another name with -n, or leave -n out',
    )
  }
  const used = new Set(taken.keys())
  return proposed.map((own) => {
    const free = freeName(own, used)
    used.add(foldName(free))
    return free
  })
}

const factsOf = (request: CaptureRequest, name: string, overrides: Override[]): SnapshotFacts => ({
  id: uuid7(request.nowMs),
  queue: queueId(request.places),
  name,
  baseline: request.repository.head,
  branch: request.repository.branch,
  workdir: request.repository.workdir,
  overrides: overrides.map(printOverride),
  executor: 'temp-dir',
  spec: request.spec,
})

const createRefs = ({ commonDir }: Repository, snapshots: Captured[]): Promise<boolean> =>
  changeRefs(
    commonDir,
    snapshots.flatMap(({ oid, facts }) => [
      { to: 'create', ref: snapshotRef(facts.baseline, facts.name), oid },
      { to: 'verify-absent', ref: resultRef(facts.baseline, facts.name) },
    ]),
  )

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
