import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readSmallBlobs, resolveNames } from '../cat-file.ts'
import { GitError, git, gitText } from '../git.ts'
import type { Repository } from '../repository.ts'
import { checkRemote, portions } from './remote-git.ts'

/** Sends or fetches the Git LFS objects of some commits. Gives back what went wrong, in words. */
export const transferLfs = async (
  verb: 'push' | 'fetch',
  { commonDir, worktree }: Pick<Repository, 'commonDir' | 'worktree'>,
  remote: string,
  commits: string[],
): Promise<string | null> => {
  if (!(await usesLfs(commonDir, commits))) return null
  // Git LFS sends what history has, but fetches what a commit's own tree has.
  const untracked = verb === 'fetch' ? commits.map((commit) => `${commit}^3`) : []
  const more = (await resolveNames(commonDir, untracked)).filter((oid) => oid !== null)
  try {
    for (const some of portions([...commits, ...more])) {
      await git(['lfs', verb, '--', checkRemote(remote), ...some], { cwd: worktree })
    }
    return null
  } catch (error) {
    if (!(error instanceof GitError)) throw error
    const [why = ''] = error.stderr.trim().split('\n')
    return verb === 'push'
      ? `Git LFS objects were not sent: ${why}; send them with git lfs push --all`
      : `Git LFS objects were not fetched: ${why}; get them with git lfs fetch`
  }
}

const usesLfs = async (commonDir: string, commits: string[]): Promise<boolean> => {
  if (existsSync(join(commonDir, 'lfs', 'objects'))) return true
  const names = commits.map((commit) => `${commit}:.gitattributes`)
  const blobs = await readSmallBlobs(commonDir, names)
  return [...blobs.values()].some(({ text }) => /\bfilter=lfs\b/.test(text))
}

/** Commits of submodules that these commits have and that no remote of the submodule is known to have. */
export const submodulesNotSent = async (
  { commonDir, worktree }: Repository,
  commits: string[],
): Promise<string[]> => {
  const text = await gitText(
    ['diff-tree', '--stdin', '-r', '-m', '--root', '--no-commit-id', '--no-renames', '--raw'],
    { place: { gitDir: commonDir }, input: commits.map((commit) => `${commit}\n`).join('') },
  )
  const links = new Map<string, { path: string; oid: string }>()
  for (const [line, oid = '', path = ''] of text.matchAll(
    /^:\d+ 160000 [0-9a-f]+ ([0-9a-f]+) [A-Z]\t(.+)$/gm,
  )) {
    links.set(line, { path, oid })
  }
  const notes = await Promise.all(
    [...new Map([...links.values()].map((one) => [`${one.oid} ${one.path}`, one])).values()].map(
      async ({ path, oid }) =>
        (await isOnRemote(join(worktree, path), oid))
          ? null
          : `the submodule ${path} is at ${oid.slice(0, 10)}, which no remote branch of it has: push it there`,
    ),
  )
  return notes.filter((note) => note !== null)
}

const isOnRemote = async (folder: string, oid: string): Promise<boolean> => {
  if (!existsSync(join(folder, '.git'))) return false
  try {
    const args = ['for-each-ref', '--count=1', `--contains=${oid}`, 'refs/remotes']
    return (await gitText(args, { cwd: folder })) !== ''
  } catch (error) {
    if (!(error instanceof GitError)) throw error
    return false
  }
}
