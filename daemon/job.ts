import type { Executor } from '../lib/snapshot.ts'
import { parseSpec, type Spec } from '../lib/spec/spec.ts'

/** A snapshot to be run, with all that making its workplace and collecting it needs, wherever that is. */
export interface Work {
  id: string
  name: string
  baseline: string
  branch: string | null
  snapshot: string
  commonDir: string
  worktree: string | null
  workdir: string
  spec: Spec
  attempt: number
  slot: number
  /** The indices that are its own until it has ended; null: it sees all that there are. */
  gpus: number[] | null
}

/** An experiment of this queue that runs. */
export interface Job extends Work {
  number: number
  executor: Executor
  env: string | null
  keep: boolean
  /** Of the retries that the experiment asks for. */
  retriesUsed: number
  stopAsked: boolean
}

/** Which attempt at which experiment. */
export type AttemptKey = Pick<Job, 'number' | 'attempt'>

/** Reads jobs; a `where` follows. */
export const JOB = `
  select experiment.*, repository.common_dir as common_dir, run.slot as slot, run.gpus as gpus
  from experiment
  join repository on repository.id = experiment.repository
  join run on run.experiment = experiment.number and run.attempt = experiment.attempt`

export interface JobRow {
  number: number
  id: string
  name: string
  baseline: string
  branch: string | null
  snapshot: string
  common_dir: string
  worktree: string | null
  executor: Executor
  workdir: string
  spec: string
  env: string | null
  keep: number
  attempt: number
  retries_used: number
  slot: number
  gpus: string | null
  stop_asked_at: number | null
}

export const toJob = (row: JobRow): Job => ({
  number: row.number,
  id: row.id,
  name: row.name,
  baseline: row.baseline,
  branch: row.branch,
  snapshot: row.snapshot,
  commonDir: row.common_dir,
  worktree: row.worktree,
  executor: row.executor,
  workdir: row.workdir,
  spec: parseSpec(row.spec),
  env: row.env,
  keep: row.keep === 1,
  attempt: row.attempt,
  retriesUsed: row.retries_used,
  slot: row.slot,
  gpus: row.gpus === null ? null : (JSON.parse(row.gpus) as number[]),
  stopAsked: row.stop_asked_at !== null,
})
