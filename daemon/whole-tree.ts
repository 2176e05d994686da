import { dropIndex } from '../lib/capture/private-index.ts'
import { type GitPlace, git, gitText } from '../lib/git.ts'

/** A snapshot's tracked and untracked files as one tree, by means of an index that is not there yet. */
export const wholeTree = async (
  place: GitPlace & { index: string },
  snapshot: string,
): Promise<string> => {
  const [tracked = '', ...parents] = (
    await gitText(['show', '-s', '--no-show-signature', '--format=%T %P', snapshot], { place })
  ).split(' ')
  const untracked = parents[2]
  if (untracked === undefined) return tracked
  try {
    await git(['read-tree', tracked], { place })
    const { stdout } = await git(['ls-tree', '-r', '-z', '--full-tree', untracked], { place })
    await git(['update-index', '-z', '--index-info'], { place, input: stdout })
    return await gitText(['write-tree'], { place })
  } finally {
    dropIndex(place.index)
  }
}
