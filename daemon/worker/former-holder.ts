import type { Claim } from '../../lib/cluster/claim.ts'
import type { Delivered } from './claim-job.ts'
import type { Leash } from './leash.ts'
import type { Worker } from './worker.ts'

/**
 * Whether the worker of an older claim still runs the job. It is asked again and again, since one that
 * is just connecting to the broker anew does not answer the first time.
 */
export const isHolderAlive = async (
  { host, askMs }: Pick<Worker, 'host' | 'askMs'>,
  { node }: Pick<Delivered, 'node'>,
  holder: Claim,
  leash: Pick<Leash, 'isHeldBy' | 'cut'>,
): Promise<boolean> => {
  // This very worker: what it ran before was ended before this program began.
  if (holder.worker === node && holder.host === host) return false
  const deadline = performance.now() + askMs
  while (performance.now() < deadline && !leash.cut.aborted) {
    if (await leash.isHeldBy(holder.worker)) return true
  }
  return false
}
