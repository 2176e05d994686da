import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Usage } from '../lib/experiment.ts'
import type { Layers } from '../lib/overlay/layers.ts'
import type { ProcessIdentity } from '../lib/process-identity.ts'

// What daemon and supervisor say to each other, through pipes and through files in the attempt's
// folder: `supervisor` has the progress, `outcome` the end. On its stdin a supervisor gets lines of
// JSON: orders, and when it has ended an attempt perhaps the folder of another.

/** What the daemon tells a supervisor to do. */
export interface Orders {
  argv: string[]
  cwd: string
  /** Mounted for each command, where the workplace is an overlay. */
  layers: Layers | null
  env: Record<string, string>
  /** A shell command before the real one, or null. */
  setup: string | null
  timeoutMs: number | null
  graceMs: number
  maxLogBytes: number
  /** Whether it may use GPUs, so that their memory is worth a look. */
  hasGpus: boolean
  /** Whether the end of stdin is a stop: nothing may outlive who gave the orders. */
  isLeashed?: boolean
}

/** Who the supervisor is and how far it is; nothing was started while the phase is `ready`. */
export interface Progress extends ProcessIdentity {
  phase: 'ready' | 'setup' | 'running'
  command: ProcessIdentity | null
  /** What the command writes to: who has that open is of the run. */
  output: string | null
  startedAt: number | null
}

/** What a supervisor prints when an attempt has its outcome; anything else says that it got on. */
export const ENDED = 'e'

interface Times {
  phase: 'setup' | 'running'
  startedAt: number
  endedAt: number
}

/** How it ended. `not-started` means that nothing ran and the attempt did not happen. */
export type Outcome =
  | { is: 'not-started'; stopAsked: boolean }
  | ({ is: 'not-found' | 'not-executable'; text: string } & Times)
  | ({
      is: 'exited' | 'stopped' | 'timed-out'
      exitCode: number | null
      signal: string | null
      /** Whether the system killed processes meanwhile because memory ran out. */
      isOutOfMemory: boolean
      usage: Usage
    } & Times)

export const readProgress = (folder: string): Progress | null =>
  readJson(join(folder, 'supervisor'))

export const readOutcome = (folder: string): Outcome | null => readJson(join(folder, 'outcome'))

const readJson = <T>(file: string): T | null => {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
