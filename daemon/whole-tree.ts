import { dropIndex } from '../lib/capture/private-index.ts'
import { type GitPlace, git, gitText } from '../lib/git.ts'
import type { Trees } from './workplace/trees.ts'

/** A snapshot's tracked and untracked files as one tree, by means of an index that is not there yet. */
export const wholeTree = async (
  place: GitPlace & { index: string },
  { tracked, untracked }: Trees,
): Promise<string> => {
  if (untracked === null) return tracked
  try {
    await git(['read-tree', tracked], { place })
    const { stdout } = await git(['ls-tree', '-r', '-z', '--full-tree', untracked], { place })
    await git(['update-index', '-z', '--index-info'], { place, input: stdout })
    return await gitText(['write-tree'], { place })
  } finally {
    dropIndex(place.index)
  }
}
