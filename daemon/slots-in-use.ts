import type { Daemon } from './daemon.ts'
import { imageShownBy } from './overlay/images.ts'
import { slotOf } from './workplace/slot.ts'

/** The folders of the slots that runs have, and of the images that these show. */
export const slotsInUse = ({ queue, workplaces }: Daemon): Set<string> =>
  new Set(
    queue
      .running()
      .map(({ commonDir, worktree, slot }) => slotOf(workplaces, commonDir, worktree, slot))
      .flatMap((slot) => [slot.folder, imageShownBy(slot) ?? slot.folder]),
  )
