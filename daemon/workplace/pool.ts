import { existsSync, readdirSync, statSync } from 'node:fs'
import { lstat, opendir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { PoolSize } from '../../lib/config-kinds.ts'
import { removeWritable } from './modes.ts'
import { hasMounts } from './occupied.ts'
import { ASIDE, setAside } from './slot.ts'

/** What `st_blocks` counts in. */
const BLOCK = 512

/**
 * Removes slots and images that were used longest ago, until so many or so much is left over all repositories,
 * and what is left of slots that were set aside. Never those in use. What cannot be removed stays.
 */
export const trimPools = async (
  workplaces: string,
  most: PoolSize,
  inUse: Set<string>,
): Promise<void> => {
  const slots = foldersBelow(workplaces)
    .filter((folder) => /^(?:image-)?\d+$/.test(folder.slice(folder.lastIndexOf('/') + 1)))
    .map((folder) => ({ folder, usedAt: usedAt(folder) }))
    .sort((a, b) => b.usedAt - a.usedAt)
    .map(({ folder }) => folder)
  for (const folder of 'slots' in most
    ? slots.slice(most.slots)
    : await beyond(slots, most.bytes)) {
    // Renamed at once, so that a run that comes meanwhile finds it gone and not half removed.
    if (!inUse.has(folder) && !hasMounts(folder)) setAside(folder)
  }
  for (const folder of foldersBelow(workplaces)) {
    if (!folder.slice(dirname(folder).length + 1).startsWith(ASIDE) || hasMounts(folder)) continue
    await removeWritable(folder).catch(() => {})
  }
}

/** Those behind the first that together take up more than so many bytes. */
const beyond = async (slots: string[], bytes: number): Promise<string[]> => {
  let left = bytes
  for (const [i, folder] of slots.entries()) {
    left -= await bytesIn(folder)
    if (left < 0) return slots.slice(i)
  }
  return []
}

/** What a folder takes up on its disk, in bytes; what is gone meanwhile takes up nothing. */
const bytesIn = async (folder: string): Promise<number> => {
  let blocks = 0
  for await (const entry of await opendir(folder, { recursive: true })) {
    const facts = await lstat(join(entry.parentPath, entry.name)).catch(() => null)
    blocks += facts?.blocks ?? 0
  }
  return blocks * BLOCK
}

/** The folders of all pools. */
const foldersBelow = (workplaces: string): string[] =>
  existsSync(workplaces)
    ? readdirSync(workplaces).flatMap((pool) =>
        readdirSync(join(workplaces, pool)).map((name) => join(workplaces, pool, name)),
      )
    : []

/** Its index is written anew by each run that changes a file; the folder, by every run. */
const usedAt = (folder: string): number => statSync(folder).mtimeMs
