import type { Daemon } from '../daemon.ts'
import { isDiskFull } from '../disk-full.ts'
import type { Job } from '../job.ts'
import { keepWorkplace } from '../keep-workplace.ts'
import { slotsInUse } from '../slots-in-use.ts'
import { materialize } from '../workplace/materialize.ts'
import { trimPools } from '../workplace/pool.ts'
import { ensureWorkplace, slotOf } from '../workplace/slot.ts'
import type { Executor } from './executor.ts'

/** Runs in a slot of the repository's pool, which holds nothing but the snapshot. */
export const tempDir = (daemon: Daemon, job: Job): Executor => {
  const slot = slotOf(daemon.workplaces, job.commonDir, job.worktree, job.slot)
  const { workplace, gitDir, index } = slot
  return {
    workplace,
    materialize: async () => {
      const signal = daemon.runs.signal(job.id)
      const { brought } = await materialize(slot, job, signal).catch(async (error: unknown) => {
        if (!isDiskFull(error)) throw error
        // What other slots hold can be had again; a run is worth more.
        await trimPools(daemon.workplaces, { slots: 0 }, slotsInUse(daemon))
        return materialize(slot, job, signal)
      })
      return brought
    },
    site: () => {
      ensureWorkplace(slot)
      return { workplace, gitDir, index, usersSince: null, slot }
    },
    putBack: async () => [],
    keep: () => keepWorkplace(slot, job),
  }
}
