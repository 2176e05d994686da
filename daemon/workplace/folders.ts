import { chmodSync, lstatSync } from 'node:fs'
import { join } from 'node:path'
import { removeTree, type Slot } from './slot.ts'

/**
 * Makes a tree's folders what git makes new ones. A run may have changed their modes, or made one of
 * them a repository of its own: git itself would leave both to the next run. Follows no link.
 */
export const restoreFolders = (slot: Slot, folders: string[]): void => {
  const usual = 0o777 & ~process.umask()
  for (const folder of folders) {
    const path = Buffer.concat([Buffer.from(`${slot.workplace}/`), Buffer.from(folder, 'latin1')])
    if (!restore(path, usual)) continue
    if (lstatSync(Buffer.concat([path, DOT_GIT]), { throwIfNoEntry: false }) !== undefined) {
      removeTree(join(slot.workplace, Buffer.from(folder, 'latin1').toString(), '.git'))
    }
  }
}

const DOT_GIT = Buffer.from('/.git')

/** The group's bit that new folders inherit is no change of a run's. */
const restore = (folder: Buffer, mode: number): boolean => {
  const stat = lstatSync(folder, { throwIfNoEntry: false })
  if (stat?.isDirectory() !== true) return false
  if ((stat.mode & 0o5777) !== mode) chmodSync(folder, mode)
  return true
}
