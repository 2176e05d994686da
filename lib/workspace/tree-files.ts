import { dropIndex } from '../capture/private-index.ts'
import { type GitPlace, git, gitList, gitText } from '../git.ts'

/** The files of one tree or of several, a later one's before an earlier one's. */
export type TreeFiles = Map<string, { mode: string; oid: string }>

/** Reads the files of some tree-ishes; paths have a latin1 character a byte. */
export const readTreeFiles = async (commonDir: string, trees: string[]): Promise<TreeFiles> => {
  const files: TreeFiles = new Map()
  for (const tree of trees) {
    const lines = await gitList(['ls-tree', '-r', '-z', '--full-tree', tree], {
      place: { gitDir: commonDir },
    })
    for (const line of lines) {
      const tab = line.indexOf('\t')
      const [mode = '', , oid = ''] = line.slice(0, tab).split(' ')
      files.set(line.slice(tab + 1), { mode, oid })
    }
  }
  return files
}

/** Writes files as one tree; where one stands in the way of another's folder the later one wins. */
export const writeTreeOf = async (
  place: GitPlace,
  index: string,
  files: TreeFiles,
): Promise<string> => {
  const own = { ...place, index }
  const lines = [...files].map(([path, { mode, oid }]) => `${mode} ${oid}\t${path}\0`)
  try {
    await git(['update-index', '-z', '--index-info'], {
      place: own,
      input: Buffer.from(lines.join(''), 'latin1'),
    })
    return await gitText(['write-tree'], { place: own })
  } finally {
    dropIndex(index)
  }
}

/** The trees of a commit: its own and, if it has stash's shape, that of the untracked files. */
export const stashTrees = async (commonDir: string, commit: string): Promise<string[]> => {
  const text = await gitText(['show', '-s', '--no-show-signature', '--format=%T %P', commit], {
    place: { gitDir: commonDir },
  })
  const [tracked = '', ...parents] = text.split(' ')
  const untracked = parents[2]
  return untracked === undefined ? [tracked] : [tracked, `${untracked}^{tree}`]
}
