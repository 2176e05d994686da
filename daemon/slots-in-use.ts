import type { Daemon } from './daemon.ts'
import { slotOf } from './workplace/slot.ts'

/** The folders of the slots that runs have. */
export const slotsInUse = ({ queue, workplaces }: Daemon): Set<string> =>
  new Set(
    queue
      .running()
      .map(({ commonDir, worktree, slot }) => slotOf(workplaces, commonDir, worktree, slot).folder),
  )
