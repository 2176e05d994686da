import type { Bell } from '../lib/bell.ts'
import type { Clock } from '../lib/clock.ts'
import type { Config } from '../lib/config.ts'
import type { Places } from '../lib/places.ts'
import type { Cluster } from './cluster/cluster.ts'
import type { LiveRuns } from './live-runs.ts'
import type { KnownMachine } from './machine.ts'
import type { OneAtATime } from './one-at-a-time.ts'
import type { Queue } from './queue.ts'
import type { Records } from './records.ts'
import type { Supervisors } from './start-supervisor.ts'

/** What every step of the daemon is given. */
export interface Daemon {
  places: Places
  queue: Queue
  records: Records
  /** What of its experiments a cluster runs. */
  cluster: Cluster
  /** Keeps the end of a run and verbs on the same experiment apart. */
  oneAtATime: OneAtATime
  runs: LiveRuns
  supervisors: Supervisors
  config: Config
  jobs: number
  machine: KnownMachine
  workplaces: string
  /** Why this user may mount no overlays there, in words; asked once. */
  overlayProblem: () => Promise<string | null>
  clock: Clock
  /** How long it stays without work; null: for good. */
  idleExitMs: number | null
  /** Tells others, by the hint, that it is there. */
  announce: () => void
  /**
   * Whether the lock this daemon holds is no longer the one in the state folder: then that folder
   * was removed, another daemon may have its place, and this one must touch nothing any more.
   */
  isDeposed: () => boolean
  /** Rung whenever there may be something to do. */
  bell: Bell
}
