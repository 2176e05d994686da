import { setTimeout as wait } from 'node:timers/promises'
import { type Brought, readCommandFile } from '../lib/command-file.ts'
import { attemptFolder } from '../lib/places.ts'
import { isAlive } from '../lib/process-identity.ts'
import type { Daemon } from './daemon.ts'
import { note } from './events.ts'
import { executorOf } from './executors/executor-of.ts'
import { finishRun, notStarted } from './finish-run.ts'
import type { Job } from './job.ts'
import { readOutcome, readProgress } from './supervision.ts'

/** How often a run is looked at whose supervisor is not this daemon's own child. */
const LOOK_MS = 250

/**
 * Takes over a run that an earlier daemon claimed: what never started goes back to the queue, what
 * runs is waited for, what has ended is collected. After a crash, an upgrade and a reboot alike.
 */
export const takeOver = async (daemon: Daemon, job: Job): Promise<void> => {
  const folder = attemptFolder(daemon.places, job.id, job.attempt)
  const progress = readProgress(folder)
  note('take-over', { name: job.name, id: job.id, phase: progress?.phase ?? 'unclaimed' })
  if (progress === null) {
    // No supervisor ever came up, and without the dead daemon none can get orders any more.
    await notStarted(daemon, job, job.stopAsked ? { is: 'stopped' } : { is: 'not-run' })
    return
  }
  daemon.queue.supervise(job, progress)
  // One that has left its outcome may have another run by now: it is told nothing of this one.
  if (readOutcome(folder) === null) {
    daemon.runs.supervise(job.id, progress)
    // A hold or a release may have come in while nobody looked after the run.
    if (daemon.queue.isPaused(job.id)) daemon.runs.pause(job.id)
    else daemon.runs.resume(job.id)
  }
  while (readOutcome(folder) === null && isAlive(progress)) {
    await wait(LOOK_MS)
    const now = readProgress(folder)
    if (now === null || now.phase === 'ready') continue
    daemon.queue.enter(job, now.phase, now.phase === 'running' ? now.startedAt : null)
  }
  daemon.runs.leave(job.id)
  await finishRun(daemon, job, executorOf(daemon, job), readBrought(folder))
}

const readBrought = (folder: string): Brought =>
  readCommandFile(folder)?.brought ?? { linked: [], copied: [], notes: [] }
