import { LONGEST_RETRY_MS } from '../lib/waiting-room.ts'
import type { Job } from './job.ts'
import type { Finish } from './queue.ts'

const FIRST_RETRY_MS = 1000
/** When a run that ended so is tried again, or null: 1 s, 4 s, 16 s and so on up to 10 min after. */
export const retryAt = (
  job: Pick<Job, 'spec' | 'retriesUsed'>,
  end: Pick<Finish, 'state'>,
  now: number,
): number | null => {
  const isWorthIt = end.state === 'failed' || end.state === 'timed-out' || end.state === 'lost'
  if (!isWorthIt || job.retriesUsed >= job.spec.retries) return null
  return now + Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 4 ** job.retriesUsed)
}
