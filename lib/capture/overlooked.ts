import { lstatSync } from 'node:fs'
import { GitError, git, gitList } from '../git.ts'
import type { Repository } from '../repository.ts'
import type { HiddenFile } from './listing.ts'
import { listPaths } from './untracked.ts'

/** The notes about files that skip-worktree or assume-unchanged hide and that differ from the index. */
export const findOverlooked = async (
  repository: Repository,
  hidden: HiddenFile[],
): Promise<string[]> => {
  const present = hidden.filter(({ path }) => isThere(repository.worktree, path))
  const differing = present.length === 0 ? [] : await changed(repository, present)
  return differing.length === 0
    ? []
    : [`left out changes that skip-worktree or assume-unchanged hides: ${listPaths(differing)}`]
}

/** Finds submodules with changes of their own; of a submodule a snapshot carries its commit alone. */
export const findDirtySubmodules = async (
  repository: Repository,
  updatedIndex: string,
): Promise<string[]> => {
  const place = { gitDir: repository.gitDir, worktree: repository.worktree, index: updatedIndex }
  const raw = await gitList(['diff-files', '--raw', '-z', '--ignore-submodules=none'], {
    cwd: repository.worktree,
    place,
  })
  const dirty = raw.filter((_, i) => raw[i - 1]?.startsWith(':160000 160000 ') === true)
  return dirty.length === 0
    ? []
    : [`left out uncommitted changes in the submodules ${listPaths(dirty)}`]
}

const changed = async (
  { gitDir, worktree }: Repository,
  hidden: HiddenFile[],
): Promise<string[]> => {
  const all = hidden.map(({ path }) => path)
  try {
    const { stdout } = await git(['hash-object', '--stdin-paths'], {
      cwd: worktree,
      place: { gitDir, worktree },
      input: Buffer.from(all.map((path) => `${quotePath(path)}\n`).join('')),
    })
    const oids = stdout.toString().split('\n')
    return all.filter((_, i) => oids[i] !== hidden[i]?.oid)
  } catch (error) {
    // One of them cannot be read, so nobody can tell.
    if (error instanceof GitError) return all
    throw error
  }
}

const quotePath = (path: string): string =>
  `"${path.replace(/[^\w./-]/g, (c) => `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`)}"`

const isThere = (worktree: string, path: string): boolean => {
  const whole = Buffer.concat([Buffer.from(`${worktree}/`), Buffer.from(path, 'latin1')])
  return lstatSync(whole, { throwIfNoEntry: false })?.isFile() === true
}
