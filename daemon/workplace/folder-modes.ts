import { chmodSync, lstatSync } from 'node:fs'
import { gitList } from '../../lib/git.ts'
import { optionsFor } from './checkout.ts'
import type { Slot } from './slot.ts'

/**
 * Gives the tree's folders the modes that git makes folders with: a run may have changed them, and
 * git, which keeps no modes of folders, would leave that to the next run. Follows no link.
 */
export const restoreFolderModes = async (slot: Slot, tree: string): Promise<void> => {
  const folders = await gitList(['ls-tree', '-rd', '-z', '--name-only', tree], optionsFor(slot))
  const usual = 0o777 & ~process.umask()
  restore(Buffer.from(slot.workplace), 0o700)
  for (const folder of folders) {
    restore(
      Buffer.concat([Buffer.from(`${slot.workplace}/`), Buffer.from(folder, 'latin1')]),
      usual,
    )
  }
}

/** The group's bit that new folders inherit is no change of a run's. */
const restore = (folder: Buffer, mode: number): void => {
  const stat = lstatSync(folder, { throwIfNoEntry: false })
  if (stat?.isDirectory() && (stat.mode & 0o5777) !== mode) chmodSync(folder, mode)
}
