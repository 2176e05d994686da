import type Database from 'better-sqlite3'
import type { Dependency } from '../lib/dependency.ts'
import type { KeptFile, Phase, Reason, Usage } from '../lib/experiment.ts'
import { foldName } from '../lib/names.ts'
import type { ProcessIdentity } from '../lib/process-identity.ts'
import type { Machine } from '../lib/schedule.ts'
import type { SnapshotFacts } from '../lib/snapshot.ts'
import { NO_RESOURCES, printSpec, type Spec } from '../lib/spec/spec.ts'
import { uuidTime } from '../lib/uuid.ts'
import { openClaim } from './claim.ts'
import { type AttemptKey, JOB, type Job, type JobRow, toJob } from './job.ts'
import { unsynced } from './unsynced.ts'

/** What ingest knows of a new experiment. */
export interface Arrival {
  facts: SnapshotFacts
  spec: Spec
  name: string
  snapshot: string
  commonDir: string
  worktree: string | null
  env: string | null
  priority: number
  isHeld: boolean
  after: Dependency[]
  keep: boolean
  ticket: string
  /** Whether a hook queued it, for a commit that was made. */
  byHook: boolean
  params: string
}

/** How a run ended, as it is recorded. */
export interface Finish {
  state: 'succeeded' | 'failed' | 'stopped' | 'timed-out' | 'lost' | 'refused' | 'skipped'
  reason: Reason | null
  startedAt: number | null
  endedAt: number
  exitCode: number | null
  signal: string | null
  result: string | null
  metrics: string
  kept: KeptFile[]
  workplace: string | null
  usage: Usage | null
}

/** The queue as its one writer has it. Each method is one transaction, or part of `atomically`'s. */
export type Queue = ReturnType<typeof openQueue>

/** The SQL of the queue; claims and dependencies are written beside it. */
export const openQueue = (db: Database.Database) => {
  const putDaemon = db.prepare(`
    insert or replace into daemon
    (one, pid, process_start, boot, version, jobs, started_at)
    values (1, :pid, :start, :boot, :version, :jobs, :now)`)
  const putMachine = db.prepare('update daemon set machine = ?')
  const putRepository = db.prepare(`
    insert into repository (common_dir, env) values (:commonDir, :env)
    on conflict (common_dir) do update set env = coalesce(excluded.env, env) returning id, env`)
  const putExperiment = db.prepare(`
    insert into experiment (number, id, repository, worktree, baseline, branch, name, folded_name,
      snapshot, executor, workdir, overrides, spec, params, priority, keep, needs, env, ticket,
      by_hook, queued_at, state)
    values (:number, :id, :repository, :worktree, :baseline, :branch, :name, :foldedName, :snapshot,
      :executor, :workdir, :overrides, :spec, :params, :priority, :keep, :needs, :env, :ticket,
      :byHook, :queuedAt, :state)`)
  const putDependency = db.prepare(`
    insert into dependency (experiment, after, must)
    select :number, other.number, :must from experiment as other
    join experiment as own on own.number = :number and own.repository = other.repository
    where other.id = :id
    on conflict do nothing`)
  const putReceipt = db.prepare(`
    insert into receipt (ticket, verb, answered_at, refused) values (?, ?, ?, ?)`)
  const hasReceipt = db.prepare('select 1 from receipt where ticket = ?')
  const idKnown = db.prepare('select 1 from experiment where id = ?')
  const nameKnown = db.prepare(`
    select 1 from experiment where baseline = :baseline and folded_name = :foldedName
    and repository = (select id from repository where common_dir = :commonDir)`)
  const paused = db.prepare('select 1 from experiment where id = ? and paused_at is not null')
  const live = db.prepare<[], JobRow>(
    `${JOB} where experiment.state = 'running' and slot is not null`,
  )
  const setSupervisor = db.prepare(`
    update run set supervisor_pid = :pid, supervisor_start = :start, supervisor_boot = :boot
    where experiment = :number and attempt = :attempt`)
  const setPhase = db.prepare(`
    update experiment set phase = :phase, started_at = coalesce(:startedAt, started_at),
      paused_at = iif(:phase = 'collecting', null, paused_at)
    where number = :number and attempt = :attempt and state = 'running'`)
  const askStop = db.prepare(`
    update experiment set stop_asked_at = coalesce(stop_asked_at, :now),
      stop_asked_by = coalesce(stop_asked_by, :by)
    where id = :id and (state = 'running' or (executor = 'celery' and state = 'queued'))`)
  const stopWaiting = db.prepare(`
    update experiment set state = 'stopped', reason_code = 'user', ended_at = :now,
      reason_text = :text, retry_at = null
    where id = :id and state in ('queued', 'held') and not exists (
      select 1 from submission where experiment = number and offered_at is not null)`)
  const requeue = db.prepare(`
    update experiment set state = 'queued', phase = null, attempt = attempt - 1, started_at = null,
      paused_at = null
    where number = :number and attempt = :attempt and state = 'running'`)
  const dropRun = db.prepare('delete from run where experiment = :number and attempt = :attempt')
  const finish = db.prepare(`
    update experiment set state = :state, phase = null, reason_code = :reasonCode,
      reason_text = :reasonText, started_at = :startedAt, ended_at = :endedAt,
      exit_code = :exitCode, signal = :signal, result = :result, metrics = :metrics, kept = :kept,
      workplace = :workplace, paused_at = null, to_notify = 1
    where number = :number and attempt = :attempt and state = 'running'`)
  const finishRun = db.prepare(`
    update run set state = :state, reason_code = :reasonCode, reason_text = :reasonText,
      started_at = :startedAt, ended_at = :endedAt, exit_code = :exitCode, signal = :signal,
      result = :result, usage = :usage
    where experiment = :number and attempt = :attempt`)
  const keptRows = db.prepare<[], { id: string; attempt: number; kept: string }>(`
    select id, attempt, kept from experiment where kept <> '[]' order by ended_at, number`)
  const setKept = db.prepare('update experiment set kept = :kept where id = :id')
  const usedEnvironments = db
    .prepare<[number], string>(`
      select env from experiment where env is not null and (ended_at is null or ended_at > ?)
      union select env from repository where env is not null`)
    .pluck()
  const repositories = db.prepare<[], string>('select common_dir from repository').pluck()
  const retryLater = db.prepare(`
    update experiment set state = 'queued', phase = null, started_at = null, paused_at = null,
      retries_used = retries_used + 1, retry_at = :retryAt
    where number = :number and attempt = :attempt and state = 'running' and stop_asked_at is null`)
  const nextRetry = db
    .prepare<[number], number | null>(
      `select min(retry_at) from experiment
       where retry_at is not null and retry_at > ? and state = 'queued'`,
    )
    .pluck()
  const waiting = db.prepare("select count(*) from experiment where state = 'queued'").pluck()
  const ready = db.prepare(`
    select 1 from experiment where state = 'queued' and gate = 'open' and executor <> 'celery'`)

  return {
    atomically: (change: () => void): void => db.transaction(change)(),
    recordDaemon: (identity: ProcessIdentity, version: string, jobs: number, now: number): void => {
      putDaemon.run({ ...identity, version, jobs, now })
    },
    recordMachine: (machine: Machine): void => {
      putMachine.run(JSON.stringify(machine))
    },
    isAnswered: (ticket: string): boolean => hasReceipt.get(ticket) !== undefined,
    answer: (ticket: string, verb: string, refused: string | null, now: number): void => {
      putReceipt.run(ticket, verb, now, refused)
    },
    saveEnvironment: (commonDir: string, env: string): void => {
      putRepository.get({ commonDir, env })
    },
    isKnown: (commonDir: string, facts: SnapshotFacts, name: string): boolean =>
      idKnown.get(facts.id) !== undefined ||
      nameKnown.get({ commonDir, baseline: facts.baseline, foldedName: foldName(name) }) !==
        undefined,
    /** Adds an experiment with the next number, or one that it had before; gives it back. */
    add: (arrival: Arrival, number: number | null = null): number => {
      const { facts, spec, env, commonDir, keep, isHeld, after, ...plain } = arrival
      const repository = putRepository.get({ commonDir, env }) as { id: number; env: string | null }
      const { lastInsertRowid } = putExperiment.run({
        ...plain,
        number,
        id: facts.id,
        repository: repository.id,
        baseline: facts.baseline,
        branch: facts.branch,
        foldedName: foldName(arrival.name),
        executor: facts.executor,
        workdir: facts.workdir,
        overrides: JSON.stringify(facts.overrides),
        spec: printSpec(spec),
        keep: Number(keep),
        needs: JSON.stringify(spec.resources ?? NO_RESOURCES),
        byHook: Number(arrival.byHook),
        env: env ?? repository.env,
        queuedAt: uuidTime(facts.id),
        state: isHeld ? 'held' : 'queued',
      })
      const added = Number(lastInsertRowid)
      for (const { id, must } of after) putDependency.run({ number: added, id, must })
      return added
    },
    claim: openClaim(db),
    running: (): Job[] => live.all().map(toJob),
    isPaused: (id: string): boolean => paused.get(id) !== undefined,
    waiting: (): number => waiting.get() as number,
    /** What is kept in the store of each experiment, those that ended first in front. */
    kept: (): { id: string; attempt: number; kept: KeptFile[] }[] =>
      keptRows.all().map((row) => ({ ...row, kept: JSON.parse(row.kept) as KeptFile[] })),
    setKept: (id: string, kept: KeptFile[]): void => {
      setKept.run({ id, kept: JSON.stringify(kept) })
    },
    /** The environments of all that has not ended, or did since a time. */
    usedEnvironments: (since: number): Set<string> => new Set(usedEnvironments.all(since)),
    repositories: (): string[] => repositories.all(),
    /** Whether one waits for nothing but its turn. */
    hasReady: (): boolean => ready.get() !== undefined,
    supervise: (job: Job, supervisor: ProcessIdentity): void => {
      unsynced(db, () => setSupervisor.run({ ...keyOf(job), ...supervisor }))
    },
    enter: (job: Job, phase: Phase, startedAt: number | null): void => {
      unsynced(db, () => setPhase.run({ ...keyOf(job), phase, startedAt }))
    },
    /** Says whether the experiment was still to end. */
    stop: (id: string, end: Finish, by: string): 'was-waiting' | 'is-running' | 'had-ended' => {
      const now = end.endedAt
      if (stopWaiting.run({ id, now, text: end.reason?.text }).changes > 0) return 'was-waiting'
      return askStop.run({ id, now, by }).changes > 0 ? 'is-running' : 'had-ended'
    },
    /** Puts back what was claimed and never started. */
    requeue: db.transaction((job: Job): void => {
      const key = keyOf(job)
      if (requeue.run(key).changes > 0) dropRun.run(key)
    }),
    /** Records the outcome; false when this attempt was no longer ours to end (law 9). */
    finish: db.transaction((job: AttemptKey, end: Finish): boolean => {
      const row = endRow(job, end)
      if (finish.run(row).changes === 0) return false
      finishRun.run(row)
      return true
    }),
    /** Records an attempt's outcome and queues the next; false if a stop was asked for meanwhile. */
    retryLater: db.transaction((job: AttemptKey, end: Finish, retryAt: number): boolean => {
      if (retryLater.run({ ...keyOf(job), retryAt }).changes === 0) return false
      finishRun.run(endRow(job, end))
      return true
    }),
    /** When the next retry is due that is not due yet. */
    nextRetryAt: (now: number): number | null => nextRetry.get(now) ?? null,
  }
}

const keyOf = ({ number, attempt }: AttemptKey) => ({ number, attempt })

const endRow = (job: AttemptKey, { reason, kept, usage, ...plain }: Finish) => ({
  ...plain,
  ...keyOf(job),
  reasonCode: reason?.code ?? null,
  reasonText: reason?.text ?? null,
  kept: JSON.stringify(kept),
  usage: usage === null ? null : JSON.stringify(usage),
})
