import { git, gitText } from '../lib/git.ts'
import { ignoredPaths } from '../lib/ignored.ts'
import { resolveSpec } from '../lib/spec/resolve.ts'
import type { Spec } from '../lib/spec/spec.ts'
import { type Tree, workspaceTree } from '../lib/spec/tree.ts'

/**
 * What a commit's experiment is, read from the commit itself: a hook in plain `sh` can read no
 * exp.yaml. What there is to link is looked for in the workspace, as always. `shell` is a command that
 * stands for the one written there.
 */
export const commitSpec = async (
  commonDir: string,
  worktree: string | null,
  commit: string,
  shell: string | null = null,
): Promise<Spec> => {
  const options = { cwd: '/', place: { gitDir: commonDir } }
  const workspace = worktree === null ? null : workspaceTree(worktree, ignoredPaths(worktree))
  const tree: Tree = {
    read: async (path) => {
      const { stdout, exitCode } = await git(['cat-file', 'blob', `${commit}:${path}`], {
        ...options,
        okExits: [128],
      })
      return exitCode === 0 ? stdout.toString() : null
    },
    exists: async (path) => {
      const listed = await gitText(['ls-tree', '--full-tree', commit, '--', path], options)
      return listed !== '' || ((await workspace?.exists(path)) ?? false)
    },
    isIgnored: async (paths) => (await workspace?.isIgnored(paths)) ?? new Set(),
  }
  const { spec } = await resolveSpec({
    tree,
    workdir: '',
    commandLine: shell === null ? null : { shell },
    flags: {},
  })
  return spec
}
