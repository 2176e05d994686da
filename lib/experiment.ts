import type { Dependency } from './dependency.ts'
import type { Plain } from './params/plain.ts'
import type { Executor } from './snapshot.ts'

export const PHASES = ['materializing', 'setup', 'running', 'collecting'] as const
export type Phase = (typeof PHASES)[number]

export type ReasonCode =
  | 'exit'
  | 'signal'
  | 'oom'
  | 'not-found'
  | 'not-executable'
  | 'timeout'
  | 'user'
  | 'superseded'
  | 'dependency'
  | 'lost-supervisor'
  | 'lost-reboot'
  | 'workspace-changed'
  | 'missing-object'
  | 'disk'
  | 'name-taken'
  | 'remote'

export interface Reason {
  code: ReasonCode
  text: string
}

/** How a command that did run ended. */
export interface Exit {
  exitCode: number | null
  signal: string | null
}

/** Where an experiment stands. Each state carries its own facts; schema.sql has the same law. */
export type State =
  | { is: 'queued'; retryAt?: number }
  | { is: 'held' }
  | { is: 'running'; phase: Phase; attempt: number; startedAt: number | null; pausedAt?: number }
  | Succeeded
  | ({ is: EndedBadly; attempt: number; reason: Reason; result: string | null } & Times & Exit)

export type Succeeded = { is: 'succeeded'; attempt: number; result: string } & Times & Exit

export type EndedBadly = 'failed' | 'stopped' | 'timed-out' | 'lost' | 'refused' | 'skipped'

export interface Times {
  /** When the command started; null if it never did. */
  startedAt: number | null
  endedAt: number
}

/** What a run took of the machine; a fact that nobody could measure is null. */
export interface Usage {
  /** By a clock that stands still while the machine sleeps and the run is paused. */
  ranMs: number
  /** Of setup and command, over all processors. */
  cpuMs: number | null
  /** The most memory that its processes had at once, as far as looks now and then can tell. */
  peakBytes: number | null
  peakGpuBytes: number | null
}

/** One run of an experiment; `state` is null while it has not ended. */
export interface Attempt extends Exit {
  attempt: number
  state: 'succeeded' | EndedBadly | null
  reason: Reason | null
  startedAt: number | null
  endedAt: number | null
  result: string | null
  usage: Usage | null
  /** Who ran it, on a cluster. */
  worker: string | null
  host: string | null
}

/** A file of a result that lies in the store and not in Git. */
export interface KeptFile {
  path: string
  sha256: string
  bytes: number
  /** Git ignores it: it may be dropped when all that is kept of such files is too much. */
  ignored?: true
  /** It was kept and is no longer. */
  dropped?: true
}

/** Another experiment that one comes after. */
export interface After extends Dependency {
  /** Both are null where its row was not looked at. */
  name: string | null
  state: State['is'] | null
}

/** How far one is on its way to a cluster. */
export interface ClusterStanding {
  /** Whether its broker has it. */
  isSent: boolean
  /** Whether it is to be stopped. */
  isStopping: boolean
  /** What keeps it from going on, in words that end “waits for”. */
  problem: string | null
}

/** A named snapshot and all that came of it, as readers know it. */
export interface Experiment {
  id: string
  /** Null until the daemon has taken it in. */
  number: number | null
  name: string
  repository: string
  worktree: string | null
  baseline: string
  /** The commit that the baseline is after amends and rebases; null where there were none. */
  rewritten: string | null
  branch: string | null
  snapshot: string
  executor: Executor
  command: string | string[]
  workdir: string
  overrides: string[]
  params: { [file: string]: Plain }
  metrics: { [file: string]: Plain }
  goal: Record<string, 'max' | 'min'>
  priority: number
  after: After[]
  queuedAt: number
  kept: KeptFile[]
  workplace: string | null
  starred: boolean
  tags: string[]
  note: string | null
  /** Numbers that the log of a run told last, while it runs. */
  progress?: Record<string, number>
  /** Of what a cluster runs. */
  cluster?: ClusterStanding
  /** Oldest first. */
  attempts: Attempt[]
  state: State
}

/**
 * A result that no experiment of this queue left: DVC's, or another machine's. Only the commit under
 * `refs/exps/` tells of it, which was queued when it was committed.
 */
export interface ForeignResult
  extends Omit<Experiment, 'id' | 'number' | 'snapshot' | 'executor' | 'command' | 'state'> {
  id: null
  number: null
  snapshot: null
  executor: null
  command: null
  state: Succeeded
}

/** Whatever can be shown, compared and used by its name. */
export type AnyExperiment = Experiment | ForeignResult

export const isForeign = (one: AnyExperiment): one is ForeignResult => one.id === null

export const isEnded = (
  state: State,
): state is Exclude<State, { is: 'queued' } | { is: 'held' } | { is: 'running' }> =>
  state.is !== 'queued' && state.is !== 'held' && state.is !== 'running'
