import type { ProcessIdentity } from '../lib/process-identity.ts'
import { isAlive } from '../lib/process-identity.ts'
import type { Job } from './job.ts'

interface LiveRun {
  stopAsked: boolean
  isPaused: boolean
  /** Whether its supervisor was sent a signal. */
  isTold: boolean
  supervisor: ProcessIdentity | null
  /** Given when a stop is asked for: what prepares the run need not be ended. */
  abort: AbortController
}

/** The runs that this daemon looks after, by experiment id. */
export class LiveRuns {
  readonly #runs = new Map<string, LiveRun>()

  get size(): number {
    return this.#runs.size
  }

  has(id: string): boolean {
    return this.#runs.has(id)
  }

  /**
   * Looks after a run until what is returned is called. A run that went back to the queue may be
   * claimed again before that: the later claim's entry stays.
   */
  add(job: Job): () => void {
    const run: LiveRun = {
      stopAsked: job.stopAsked,
      isPaused: false,
      isTold: false,
      supervisor: null,
      abort: new AbortController(),
    }
    this.#runs.set(job.id, run)
    if (job.stopAsked) this.stop(job.id)
    return () => {
      if (this.#runs.get(job.id) === run) this.#runs.delete(job.id)
    }
  }

  isStopAsked(id: string): boolean {
    return this.#runs.get(id)?.stopAsked ?? false
  }

  /** Notes who supervises a run; one that was told to stop before that is told now. */
  supervise(id: string, supervisor: ProcessIdentity): void {
    const run = this.#runs.get(id)
    if (run === undefined) return
    run.supervisor = supervisor
    if (run.isPaused) this.pause(id)
    if (run.stopAsked) this.stop(id)
  }

  /**
   * Notes that a run's supervisor has done its work: what is asked from now on is not for it. Says
   * whether it never was sent a signal, so that none can be on its way.
   */
  leave(id: string): boolean {
    const run = this.#runs.get(id)
    if (run === undefined) return false
    run.supervisor = null
    return !run.isTold
  }

  /** Given when the run is to stop. */
  signal(id: string): AbortSignal {
    return (this.#runs.get(id)?.abort ?? new AbortController()).signal
  }

  /** Tells a run's supervisor to end it; before there is one, it will not be started. */
  stop(id: string): void {
    const run = this.#runs.get(id)
    if (run === undefined) return
    run.stopAsked = true
    run.abort.abort()
    tell(run, 'SIGTERM')
  }

  /** Has all processes of a run stopped where they are; one that has none yet, once it has. */
  pause(id: string): void {
    const run = this.#runs.get(id)
    if (run === undefined) return
    run.isPaused = true
    tell(run, 'SIGTSTP')
  }

  resume(id: string): void {
    const run = this.#runs.get(id)
    if (run === undefined) return
    run.isPaused = false
    tell(run, 'SIGCONT')
  }
}

const tell = (run: LiveRun, signal: 'SIGTERM' | 'SIGTSTP' | 'SIGCONT'): void => {
  const { supervisor } = run
  if (supervisor === null || !isAlive(supervisor)) return
  run.isTold = true
  process.kill(supervisor.pid, signal)
}
