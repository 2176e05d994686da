import { git } from './git.ts'

/** Tells which of some paths, relative to a worktree's root, git ignores there. */
export const ignoredPaths =
  (worktree: string) =>
  async (paths: string[]): Promise<Set<string>> => {
    if (paths.length === 0) return new Set()
    const { stdout } = await git(['check-ignore', '-z', '--stdin'], {
      cwd: worktree,
      input: paths.map((path) => `${path}\0`).join(''),
      okExits: [1],
    })
    return new Set(stdout.toString().split('\0').slice(0, -1))
  }
