import { dropIndex } from '../../lib/capture/private-index.ts'
import { GitError } from '../../lib/git.ts'
import { settle } from '../../lib/settle.ts'
import type { Job } from '../job.ts'
import { removeLeftovers, wholeTree, writeFiles } from './checkout.ts'
import { restoreFolderModes } from './folder-modes.ts'
import { type Brought, bringPaths } from './link.ts'
import { layRunGit, refsForRun } from './run-git.ts'
import { beginChange, endChange, makeWritable, openSlot, removeSlot, type Slot } from './slot.ts'
import { exclude, prepareSlotGit } from './slot-git.ts'
import { readUserConfig, type UserConfig } from './user-config.ts'

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
  await openSlot(slot)
  const [config, refs] = await settle<[UserConfig, string]>([
    readUserConfig(job.commonDir, job.worktree),
    refsForRun(job),
  ])
  await prepareSlotGit(slot, job.commonDir, job.worktree, config)
  beginChange(slot)
  const tree = await wholeTree(slot, job.snapshot)
  const layOut = async (): Promise<void> => {
    await writeFiles(slot, tree, job.spec.keep)
    await settle<unknown[]>([
      removeLeftovers(slot, job.spec.keep),
      restoreFolderModes(slot, tree),
      layRunGit(slot, job, config, refs),
    ])
  }
  await layOut().catch((error: unknown) => {
    if (!(error instanceof GitError)) throw error
    // A run may have taken the right to write from its folders.
    makeWritable(slot.workplace)
    dropIndex(slot.index)
    return layOut()
  })
  const brought = bringPaths(job.worktree, slot.workplace, job.spec)
  exclude(slot, job.commonDir, [...brought.linked, ...brought.copied])
  endChange(slot)
  return { tree, brought }
}
