import type { Job } from '../job.ts'
import { checkOut } from './checkout.ts'
import { type Brought, bringPaths } from './link.ts'
import { layRunGit } from './run-git.ts'
import { openSlot, removeSlot, type Slot } from './slot.ts'
import { excludeInSlot, prepareSlotGit } from './slot-git.ts'
import { readUserConfig } from './user-config.ts'

export interface Materialized {
  /** The tree of all files that the workplace got from the snapshot. */
  tree: string
  brought: Brought
}

/** Makes a slot hold exactly an experiment's snapshot, with a git of its own, ready to run in. */
export const materialize = async (slot: Slot, job: Job): Promise<Materialized> => {
  try {
    return await fill(slot, job)
  } catch {
    // Whatever an earlier run or a crash has done to the slot, a new one has none of it.
    removeSlot(slot)
    return fill(slot, job)
  }
}

const fill = async (slot: Slot, job: Job): Promise<Materialized> => {
  openSlot(slot)
  const config = await readUserConfig(job.commonDir, job.worktree)
  await prepareSlotGit(slot, job.commonDir, job.worktree, config)
  const tree = await checkOut(slot, job.snapshot, job.spec.keep)
  const brought = bringPaths(job.worktree, slot.workplace, job.spec)
  const exclude = excludeInSlot(slot, job.commonDir, [...brought.linked, ...brought.copied])
  await layRunGit(slot, job, config, exclude)
  return { tree, brought }
}
