import { existsSync, renameSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import type { Job } from './job.ts'
import { removeTree, type Slot } from './workplace/slot.ts'

/** Moves a slot out of the pool, where the user asked to keep it; gives back where it is. */
export const keepWorkplace = (slot: Slot, job: Job): { folder: string; workplace: string } => {
  const kept = join(dirname(slot.folder), `kept-${job.id}-${job.attempt}`)
  renameSync(slot.folder, kept)
  return { folder: kept, workplace: join(kept, relative(slot.folder, slot.workplace)) }
}

/** Removes a workplace that was kept of an experiment; the path is what `keepWorkplace` gave. */
export const removeKeptWorkplace = (id: string, workplace: string | null): void => {
  if (workplace === null) return
  let folder = workplace
  while (folder !== dirname(folder) && !basename(folder).startsWith(`kept-${id}-`)) {
    folder = dirname(folder)
  }
  if (folder !== dirname(folder) && existsSync(folder)) removeTree(folder)
}
