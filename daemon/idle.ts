import { rmSync } from 'node:fs'
import { spooled } from '../lib/spool.ts'
import type { Daemon } from './daemon.ts'

/** Whether there is nothing that this daemon runs, could run, or was asked for. */
export const isIdle = ({ runs, queue, cluster, places }: Daemon): boolean =>
  runs.size === 0 && queue.waiting() === 0 && !cluster.isBusy() && spooled(places).length === 0

/**
 * Takes the daemon's hint away if it is still idle then, so that it may end; says whether it may.
 * Who puts a ticket looks for the hint afterwards. One that was put before the hint was gone is seen
 * here, and one that was put later starts a daemon of its own.
 */
export const retire = (daemon: Daemon): boolean => {
  rmSync(daemon.places.hint, { force: true })
  if (isIdle(daemon)) return true
  daemon.announce()
  return false
}
