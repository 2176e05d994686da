import type { ProcessIdentity } from '../lib/process-identity.ts'
import { isAlive } from '../lib/process-identity.ts'
import type { Job } from './job.ts'

/** The runs that this daemon looks after, by experiment id. */
export class LiveRuns {
  readonly #runs = new Map<string, { stopAsked: boolean; supervisor: ProcessIdentity | null }>()

  get size(): number {
    return this.#runs.size
  }

  has(id: string): boolean {
    return this.#runs.has(id)
  }

  add(job: Job): void {
    this.#runs.set(job.id, { stopAsked: job.stopAsked, supervisor: job.supervisor })
    if (job.stopAsked) this.stop(job.id)
  }

  remove(id: string): void {
    this.#runs.delete(id)
  }

  isStopAsked(id: string): boolean {
    return this.#runs.get(id)?.stopAsked ?? false
  }

  /** Notes who supervises a run; one that was told to stop before that is told now. */
  supervise(id: string, supervisor: ProcessIdentity): void {
    const run = this.#runs.get(id)
    if (run === undefined) return
    run.supervisor = supervisor
    if (run.stopAsked) this.stop(id)
  }

  /** Tells a run's supervisor to end it; before there is one, it will not be started. */
  stop(id: string): void {
    const run = this.#runs.get(id)
    if (run === undefined) return
    run.stopAsked = true
    if (run.supervisor !== null && isAlive(run.supervisor)) {
      process.kill(run.supervisor.pid, 'SIGTERM')
    }
  }
}
