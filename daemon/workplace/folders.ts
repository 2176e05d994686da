import { chmodSync, lstatSync } from 'node:fs'
import { join } from 'node:path'
import { gitList } from '../../lib/git.ts'
import { optionsFor } from './checkout.ts'
import { removeTree, type Slot } from './slot.ts'

/** What of a tree is no file. Paths have a latin1 character a byte. */
export interface TreeFolders {
  folders: string[]
  submodules: { path: string; commit: string }[]
}

export const listFolders = async (slot: Slot, tree: string): Promise<TreeFolders> => {
  const entries = await gitList(['ls-tree', '-rd', '-z', tree], optionsFor(slot))
  const parsed = entries.map((entry) => {
    const [, kind = '', oid = ''] = entry.slice(0, entry.indexOf('\t')).split(' ')
    return { kind, oid, path: entry.slice(entry.indexOf('\t') + 1) }
  })
  return {
    folders: parsed.filter(({ kind }) => kind === 'tree').map(({ path }) => path),
    submodules: parsed
      .filter(({ kind }) => kind === 'commit')
      .map(({ path, oid }) => ({ path, commit: oid })),
  }
}

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
