import { existsSync, readdirSync, statSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { hasMounts } from './occupied.ts'
import { ASIDE, makeWritable, setAside } from './slot.ts'

/**
 * Removes slots that were used longest ago, until so many are left over all repositories, and what
 * is left of slots that were set aside. Never those in use. What cannot be removed stays.
 */
export const trimPools = async (
  workplaces: string,
  most: number,
  inUse: Set<string>,
): Promise<void> => {
  const slots = foldersBelow(workplaces)
    .filter((folder) => /^\d+$/.test(folder.slice(folder.lastIndexOf('/') + 1)))
    .map((folder) => ({ folder, usedAt: usedAt(folder) }))
    .sort((a, b) => b.usedAt - a.usedAt)
  for (const { folder } of slots.slice(most)) {
    // Renamed at once, so that a run that comes meanwhile finds it gone and not half removed.
    if (!inUse.has(folder) && !hasMounts(folder)) setAside(folder)
  }
  for (const folder of foldersBelow(workplaces)) {
    if (!folder.slice(dirname(folder).length + 1).startsWith(ASIDE) || hasMounts(folder)) continue
    await remove(folder).catch(() => {})
  }
}

const remove = async (folder: string): Promise<void> => {
  try {
    await rm(folder, { recursive: true, force: true })
  } catch {
    makeWritable(folder)
    await rm(folder, { recursive: true, force: true })
  }
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
