import type { Daemon } from '../daemon.ts'
import type { Job } from '../job.ts'
import { keepWorkplace } from '../keep-workplace.ts'
import { materialize } from '../workplace/materialize.ts'
import { ensureWorkplace, slotOf } from '../workplace/slot.ts'
import type { Executor } from './executor.ts'

/** Runs in a slot of the repository's pool, which holds nothing but the snapshot. */
export const tempDir = (daemon: Daemon, job: Job): Executor => {
  const slot = slotOf(daemon.workplaces, job.commonDir, job.worktree, job.slot)
  const { workplace, gitDir, index } = slot
  return {
    workplace,
    materialize: async () => (await materialize(slot, job)).brought,
    site: () => {
      ensureWorkplace(slot)
      return { workplace, gitDir, index, usersSince: null, slot }
    },
    putBack: async () => [],
    keep: () => keepWorkplace(slot, job),
  }
}
