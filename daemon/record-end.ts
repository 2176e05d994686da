import { isoTime } from '../lib/clock.ts'
import type { Daemon } from './daemon.ts'
import { note } from './events.ts'
import type { Job } from './job.ts'
import type { Finish } from './queue.ts'
import { retryAt } from './retries.ts'
import { writeAttemptEnd, writeEnd } from './run-records.ts'

/** What of a job its end is recorded by. */
export type EndedJob = Pick<Job, 'number' | 'id' | 'name' | 'attempt' | 'retriesUsed' | 'spec'>

/** Records how an attempt ended, and queues the next where `retries` are left. */
export const recordEnd = (daemon: Daemon, job: EndedJob, end: Finish): void => {
  const { attempt, retriesUsed } = job
  const again = retryAt(job, end, daemon.clock())
  if (again !== null && !daemon.runs.isStopAsked(job.id)) {
    const retry = { retryAt: again, retriesUsed: retriesUsed + 1 }
    writeAttemptEnd(daemon.places, job.id, { ...end, attempt, ...retry })
    if (daemon.queue.retryLater(job, end, again)) {
      note('retry', { name: job.name, id: job.id, state: end.state, at: isoTime(again) })
      return
    }
  }
  writeEnd(daemon.places, job.id, { ...end, attempt })
  writeAttemptEnd(daemon.places, job.id, { ...end, attempt, retryAt: null, retriesUsed })
  const isOurs = daemon.queue.finish(job, end)
  note('finish', { name: job.name, id: job.id, state: end.state, ours: String(isOurs) })
}
