import { UserError } from '../errors.ts'
import { GitError, git } from '../git.ts'
import { changeRefs, listResults, type RefChange, resultRef, snapshotRef } from '../refs.ts'
import type { Repository } from '../repository.ts'
import type { SnapshotFacts } from '../snapshot.ts'
import { letGcEnd } from './user-gc.ts'

/** A snapshot that has its ref. */
export interface Captured {
  oid: string
  facts: SnapshotFacts
}

/** How many results are verified to be absent in the transaction itself. */
const FEW = 100

/** Objects of a snapshot are gone that were there a moment ago: a gc of the user's may do that [R10]. */
export class VanishedError extends UserError {
  constructor() {
    super(
      'capture-failed',
      'objects of the snapshot vanished while it was made: is a git gc running?',
      'try again when it has ended',
    )
  }
}

/**
 * Creates the snapshots' refs where neither they nor results of their names exist; false otherwise.
 * `write` is what git is to be asked for first, so that they are written. When they have their refs
 * all that they name is there, or they have them no more and a `VanishedError` is thrown.
 */
export const holdSnapshots = async (
  repository: Repository,
  snapshots: Captured[],
  write: string[] | null,
): Promise<boolean> => {
  const { commonDir } = repository
  let before = write === null ? [] : [write]
  if (await letGcEnd(commonDir)) {
    for (const args of before) await git(args, { place: { gitDir: commonDir } })
    before = []
    if (!(await isWhole(repository, snapshots))) throw new VanishedError()
  }
  if (snapshots.length > FEW) return holdMany(repository, snapshots)
  const changes = snapshots.flatMap((one): RefChange[] => {
    const { baseline, name } = one.facts
    return [createRef(one), { to: 'verify-absent', ref: resultRef(baseline, name) }]
  })
  const oids = snapshots.map(({ oid }) => oid)
  const look = [...LOOK, ...oids, `^${repository.head}`, '--']
  try {
    return await changeRefs(commonDir, changes, { before, after: [look] })
  } catch (error) {
    if (!(error instanceof GitError && error.args[0] === 'rev-list')) throw error
    if (error.exitCode === null) throw error
    return vanished(repository, snapshots)
  }
}

/**
 * Git locks a file for each ref that must not exist, which takes twice as long as to create one. So
 * for many the results are listed once the names are ours: then no run of ours can add one.
 */
const holdMany = async (repository: Repository, snapshots: Captured[]): Promise<boolean> => {
  const { commonDir, head } = repository
  if (!(await changeRefs(commonDir, snapshots.map(createRef)))) return false
  const results = new Set((await listResults(commonDir, head)).map(({ name }) => name))
  if (snapshots.some(({ facts }) => results.has(facts.name))) {
    await dropSnapshots(repository, snapshots)
    return false
  }
  return (await isWhole(repository, snapshots)) || vanished(repository, snapshots)
}

const createRef = ({ oid, facts }: Captured): RefChange => ({
  to: 'create',
  ref: snapshotRef(facts.baseline, facts.name),
  oid,
})

const vanished = async (repository: Repository, snapshots: Captured[]): Promise<never> => {
  await dropSnapshots(repository, snapshots)
  throw new VanishedError()
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

const LOOK = ['rev-list', '--objects', '--quiet']

/** Whether every object that the snapshots add to the baseline is there. */
export const isWhole = async (repository: Repository, snapshots: Captured[]): Promise<boolean> => {
  const oids = snapshots.map(({ oid }) => oid)
  try {
    await git([...LOOK, '--stdin'], {
      place: { gitDir: repository.gitDir },
      input: [...oids, `^${repository.head}`, ''].join('\n'),
    })
    return true
  } catch (error) {
    if (error instanceof GitError && error.exitCode !== null) return false
    throw error
  }
}
