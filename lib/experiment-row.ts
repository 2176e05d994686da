import type {
  After,
  Attempt,
  ClusterStanding,
  Experiment,
  Phase,
  ReasonCode,
  State,
} from './experiment.ts'
import { parsePlain } from './params/plain-json.ts'
import type { Executor } from './snapshot.ts'

/** The columns of `experiment` that readers use; schema.sql describes them. */
export interface ExperimentRow {
  number: number
  id: string
  common_dir: string
  worktree: string | null
  baseline: string
  branch: string | null
  name: string
  snapshot: string
  executor: Executor
  workdir: string
  overrides: string
  spec: string
  params: string
  metrics: string
  priority: number
  after: string
  queued_at: number
  state: State['is']
  phase: Phase | null
  reason_code: ReasonCode | null
  reason_text: string | null
  attempt: number
  retry_at: number | null
  paused_at: number | null
  started_at: number | null
  ended_at: number | null
  exit_code: number | null
  signal: string | null
  result: string | null
  kept: string
  workplace: string | null
  starred: number
  tags: string
  note: string | null
  rewritten: string | null
  /** Of what goes to a cluster: JSON of `ClusterStanding`. */
  cluster: string | null
}

/** An experiment as its row and its runs tell it. */
export const withAttempts = (row: ExperimentRow, attempts: Attempt[]): Experiment => {
  const spec = JSON.parse(row.spec) as Pick<Experiment, 'command' | 'goal'>
  return {
    id: row.id,
    number: row.number,
    name: row.name,
    repository: row.common_dir,
    worktree: row.worktree,
    baseline: row.baseline,
    rewritten: row.rewritten,
    branch: row.branch,
    snapshot: row.snapshot,
    executor: row.executor,
    command: spec.command,
    workdir: row.workdir,
    overrides: JSON.parse(row.overrides) as string[],
    params: parsePlain(row.params) as Experiment['params'],
    metrics: parsePlain(row.metrics) as Experiment['metrics'],
    goal: spec.goal,
    priority: row.priority,
    after: JSON.parse(row.after) as After[],
    queuedAt: row.queued_at,
    kept: JSON.parse(row.kept) as Experiment['kept'],
    workplace: row.workplace,
    starred: row.starred === 1,
    tags: JSON.parse(row.tags) as string[],
    note: row.note,
    ...(row.cluster === null ? {} : { cluster: JSON.parse(row.cluster) as ClusterStanding }),
    attempts,
    state: toState(row),
  }
}

const toState = (row: ExperimentRow): State => {
  const { state, attempt } = row
  if (state === 'held') return { is: state }
  if (state === 'queued') {
    return { is: state, ...(row.retry_at === null ? {} : { retryAt: row.retry_at }) }
  }
  if (state === 'running') {
    const paused = row.paused_at === null ? {} : { pausedAt: row.paused_at }
    const phase = row.phase ?? 'materializing'
    return { is: state, phase, attempt, startedAt: row.started_at, ...paused }
  }
  const end = {
    attempt,
    startedAt: row.started_at,
    endedAt: row.ended_at ?? 0,
    exitCode: row.exit_code,
    signal: row.signal,
  }
  if (state === 'succeeded') return { is: state, result: row.result ?? '', ...end }
  const reason = { code: row.reason_code ?? 'exit', text: row.reason_text ?? '' }
  return { is: state, reason, result: row.result, ...end }
}
