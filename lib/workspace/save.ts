import { authorLine, commitSnapshots } from '../capture/commit-snapshots.ts'
import { type Trees, writeTrees } from '../capture/trees.ts'
import type { Places } from '../places.ts'
import { describeCommit, type Repository } from '../repository.ts'
import { printMessage, type Trailer } from '../trailers.ts'
import { createUndoRef } from './undo-refs.ts'

export interface Saved {
  ref: string
  trees: Trees
}

/**
 * Saves the workspace, its untracked files included, as a stash commit under a ref of its own. Of
 * untracked files all are taken, however large: they are about to be overwritten or removed.
 */
export const saveWorkspace = async (
  repository: Repository,
  places: Places,
  before: string,
  brought: string[],
  nowMs: number,
): Promise<Saved> => {
  const [trees, baseline, author] = await Promise.all([
    writeTrees(repository, places, {
      untracked: { take: 'all', maxBytesTogether: 0 },
      isTrusting: false,
    }),
    describeCommit(repository),
    authorLine(repository, nowMs),
  ])
  const message = printMessage(`exp: the workspace before ${before}`, [
    ['Exp-Before', before],
    ...brought.map((oid): Trailer => ['Exp-Brought', oid]),
  ])
  const [oid = ''] = await commitSnapshots(
    repository,
    trees,
    baseline,
    [{ message, files: [] }],
    author,
  )
  return { ref: await createUndoRef(repository, oid, nowMs), trees }
}
