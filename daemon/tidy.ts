import type { PoolSize } from '../lib/config-kinds.ts'
import type { Daemon } from './daemon.ts'
import { isDiskNearlyFull } from './disk-full.ts'
import { note } from './events.ts'
import { packIfMany } from './pack.ts'
import { pruneEnvironments } from './prune-environments.ts'
import { slotsInUse } from './slots-in-use.ts'
import { trimStore } from './trim-store.ts'
import { trimPools } from './workplace/pool.ts'

/** Also where no run has ended: experiments may have been removed. */
const AGAIN_MS = 3_600_000

/**
 * What is done when nothing runs and nothing waits: once after there was something to do, and at the
 * first scan after an hour. Gives back what to call after each turn.
 */
export const tidying = (daemon: Daemon): (() => void) => {
  let isDue = true
  let isBusy = false
  let last = 0
  return () => {
    const isIdle = daemon.runs.size === 0 && daemon.queue.waiting() === 0
    isDue ||= !isIdle || daemon.clock() - last > AGAIN_MS
    if (!isIdle || !isDue || isBusy) return
    isDue = false
    isBusy = true
    last = daemon.clock()
    tidy(daemon)
      .catch((error: unknown) => note('trouble', { error: String((error as Error).stack) }))
      .finally(() => {
        isBusy = false
      })
  }
}

/** Slots can be filled anew, and a full disk ends runs: where it is nearly full none is kept. */
const poolSize = ({ workplaces, config }: Daemon): PoolSize =>
  isDiskNearlyFull(workplaces) ? { slots: 0 } : config.poolSize

const tidy = async (daemon: Daemon): Promise<void> => {
  const steps: [string, () => void | Promise<void>][] = [
    ['environments', () => pruneEnvironments(daemon)],
    ['store', () => trimStore(daemon)],
    ['pools', () => trimPools(daemon.workplaces, poolSize(daemon), slotsInUse(daemon))],
    ...daemon.queue
      .repositories()
      .map((commonDir): [string, () => Promise<void>] => [commonDir, () => packIfMany(commonDir)]),
  ]
  for (const [what, step] of steps) {
    try {
      await step()
    } catch (error) {
      // A repository that is gone, a disk that is full: none keeps the others from it.
      note('untidy', { what, error: String(error) })
    }
  }
}
