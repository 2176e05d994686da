import { existsSync, lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { GitError, type GitOptions, type GitPlace, git } from '../../lib/git.ts'
import { marked } from './orphans.ts'
import type { Slot } from './slot.ts'

/** How git is called on a slot: always with the daemon's own git dir and index [R5]. */
export const slotPlace = (slot: Slot): GitPlace => ({
  gitDir: slot.gitDir,
  worktree: slot.workplace,
  index: slot.index,
})

/** A tree, and a commit of it, where there is one and no object is absent. */
export interface Source {
  tree: string
  commit: string | null
}

/**
 * Makes the workplace hold a tree's files, from whatever it holds now; only what differs is written.
 * The slot's index tells what it held, and git looks at each file again.
 */
export const writeFiles = async (slot: Slot, { tree, commit }: Source): Promise<void> => {
  // Both do the same to the files. To check a commit out several threads look at them; the other one
  // lets the index know the ids of folders whose files nobody has.
  const args =
    commit === null
      ? ['read-tree', '--reset', '-u', tree]
      : ['checkout', '--quiet', '--force', '--detach', commit]
  const { stderr, stdout } = await git(args, optionsFor(slot))
  // Of what it may not remove git only warns, and filters may say anything there.
  if (stderr !== '' && hasClosedFolder(slot.workplace)) throw new GitError(args, 0, stderr, stdout)
}

/** Whether there is a folder that its owner may not list, enter or change. Follows no link. */
const hasClosedFolder = (folder: string): boolean =>
  (lstatSync(folder).mode & 0o700) !== 0o700 ||
  readdirSync(folder, { withFileTypes: true }).some(
    (entry) => entry.isDirectory() && hasClosedFolder(join(folder, entry.name)),
  )

/** Whether one of these folders is still there: git leaves what holds a repository of its own. */
export const isAnyLeft = ({ workplace }: Slot, folders: string[]): boolean =>
  folders.some((folder) => existsSync(Buffer.from(`${latin1(workplace)}/${folder}`, 'latin1')))

const latin1 = (text: string): string => Buffer.from(text).toString('latin1')

/** How git writes to a slot. */
export const optionsFor = (slot: Slot): GitOptions => ({
  cwd: slot.workplace,
  place: slotPlace(slot),
  env: marked(slot.outermost),
})
