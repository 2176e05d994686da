import type { Daemon } from '../daemon.ts'
import type { Job } from '../job.ts'
import type { Executor } from './executor.ts'
import { inPlace } from './in-place.ts'
import { tempDir } from './temp-dir.ts'

/** How an experiment is run, by what it says of itself. */
export const executorOf = (daemon: Daemon, job: Job): Executor => {
  switch (job.executor) {
    case 'temp-dir':
      return tempDir(daemon, job)
    case 'in-place':
      return inPlace(daemon, job)
    case 'celery':
      throw new Error('what a cluster runs is never claimed here')
  }
}
