import { git, gitText } from '../git.ts'
import type { Tree } from './tree.ts'

/** The files of a commit, and, where it is a snapshot, the untracked ones that it carries. */
export const commitTree = (commonDir: string, commit: string): Omit<Tree, 'isIgnored'> => {
  const options = { cwd: '/', place: { gitDir: commonDir }, okExits: [128] }
  const read = async (root: string, path: string): Promise<string | null> => {
    const { stdout, exitCode } = await git(['cat-file', 'blob', `${root}:${path}`], options)
    return exitCode === 0 ? stdout.toString() : null
  }
  const has = async (root: string, path: string): Promise<boolean> =>
    (await gitText(['ls-tree', '--full-tree', root, '--', path], options)) !== ''
  return {
    read: async (path) => (await read(commit, path)) ?? read(`${commit}^3`, path),
    exists: async (path) => (await has(commit, path)) || has(`${commit}^3`, path),
  }
}
