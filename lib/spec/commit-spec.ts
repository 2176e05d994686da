import { ignoredPaths } from '../ignored.ts'
import { commitTree } from './commit-tree.ts'
import { resolveSpec } from './resolve.ts'
import type { Spec } from './spec.ts'
import { type Tree, workspaceTree } from './tree.ts'

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
  const workspace = worktree === null ? null : workspaceTree(worktree, ignoredPaths(worktree))
  const own = commitTree(commonDir, commit)
  const tree: Tree = {
    read: own.read,
    exists: async (path) => (await own.exists(path)) || ((await workspace?.exists(path)) ?? false),
    isIgnored: async (paths) => (await workspace?.isIgnored(paths)) ?? new Set(),
  }
  const commandLine = shell === null ? null : { shell }
  const { spec } = await resolveSpec({ tree, workdir: '', commandLine, flags: {} })
  return spec
}
