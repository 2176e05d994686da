import { commitSnapshots } from '../capture/commit-snapshots.ts'
import { type Trees, writeTrees } from '../capture/trees.ts'
import { git } from '../git.ts'
import { askSignature } from '../identity.ts'
import type { Places } from '../places.ts'
import { describeCommit, type Repository } from '../repository.ts'
import { printMessage, type Trailer } from '../trailers.ts'
import { createUndoRef } from './undo-refs.ts'

export interface Saved {
  ref: string
  oid: string
  trees: Trees
}

/** What a saved workspace is kept for. */
export interface Occasion {
  /** What is about to happen, such as `apply brisk-otter`. */
  before: string
  /** The commits whose files are about to be brought in. */
  brought: string[]
  /** The run that is about to run in the workspace itself. */
  runs?: { id: string; attempt: number }
}

/**
 * Saves the workspace, its untracked files included, as a stash commit under a ref of its own. Of
 * untracked files all are taken, however large: they are about to be overwritten or removed.
 */
export const saveWorkspace = async (
  repository: Repository,
  places: Places,
  occasion: Occasion,
  nowMs: number,
): Promise<Saved> => {
  const trees = await wholeTrees(repository, places)
  return { ...(await saveTrees({ repository, places }, trees, occasion, nowMs)), trees }
}

/** The workspace as trees, with every untracked file. */
export const wholeTrees = (repository: Repository, places: Places): Promise<Trees> =>
  writeTrees(repository, places, {
    untracked: { take: 'all', maxBytesTogether: 0 },
    isTrusting: false,
  })

/** Keeps a workspace's trees under a ref of their own; gives back its name and its commit. */
export const saveTrees = async (
  { repository, places }: { repository: Repository; places: Places },
  trees: Trees,
  { before, brought, runs }: Occasion,
  nowMs: number,
): Promise<{ ref: string; oid: string }> => {
  const [baseline, author] = await Promise.all([
    describeCommit(repository),
    askSignature(repository.gitDir, nowMs),
  ])
  const message = printMessage(`exp: the workspace before ${before}`, [
    ['Exp-Before', before],
    ...brought.map((oid): Trailer => ['Exp-Brought', oid]),
    ...runTrailers(runs),
  ])
  const common = { repository, scratch: places.scratch, trees, baseline, author }
  const [oid = ''] = await commitSnapshots(common, [{ message, files: [] }])
  const ref = await createUndoRef(repository, oid, nowMs)
  // The user's own gc may have removed an object before the ref held it [R10].
  await git(['rev-list', '--objects', '--quiet', oid, '--not', repository.head], {
    place: { gitDir: repository.gitDir },
  })
  return { ref, oid }
}

const runTrailers = (runs: Occasion['runs']): Trailer[] =>
  runs === undefined
    ? []
    : [
        ['Exp-Id', runs.id],
        ['Exp-Attempt', runs.attempt],
      ]
