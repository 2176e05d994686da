import { renameSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import type { Job } from './job.ts'
import type { Slot } from './workplace/slot.ts'

/** Moves a workplace out of the pool, where the user asked to keep it; gives back its new path. */
export const keepWorkplace = (slot: Slot, job: Job): string => {
  const kept = join(dirname(slot.folder), `kept-${job.id}-${job.attempt}`)
  renameSync(slot.folder, kept)
  return join(kept, relative(slot.folder, slot.workplace))
}
