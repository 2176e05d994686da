import type Database from 'better-sqlite3'
import type { State } from '../lib/experiment.ts'
import { foldName } from '../lib/names.ts'
import type { Executor } from '../lib/snapshot.ts'
import type { Rewritten } from '../lib/ticket.ts'
import { type Gate, openDependencies } from './dependencies.ts'
import { openForgetting } from './forget-rows.ts'
import type { AttemptEnd, End } from './run-records.ts'

/** What verbs on records look at before they change one. */
export interface RecordRow {
  number: number
  id: string
  commonDir: string
  name: string
  baseline: string
  snapshot: string
  executor: Executor
  state: State['is']
  attempt: number
  priority: number
  /** Where what it comes after stands. */
  gate: Gate
  retryAt: number | null
  result: string | null
  workplace: string | null
  tags: string
  starred: number
  note: string | null
}

/** What a live run has of the machine. */
export interface Place {
  slot: number
  gpus: number[] | null
}

/** An experiment that has ended, and what is to be done about it. */
export interface Notice {
  id: string
  env: string | null
  onFinish: string | null
}

/** An experiment that a hook queued for a commit, and that has not started. */
export interface WaitingCommit {
  id: string
  name: string
  branch: string | null
  attempt: number
}

/** The SQL of the verbs that change records, beside the queue's own. */
export type Records = ReturnType<typeof openRecords>

export const openRecords = (db: Database.Database) => {
  const find = db.prepare<[string], RecordRow>(`
    select number, experiment.id, common_dir as commonDir, name, baseline, snapshot, executor, state,
      attempt,      retry_at as retryAt, result, workplace, priority, gate, tags, starred, note
    from experiment join repository on repository.id = experiment.repository
    where experiment.id = ?`)
  const hold = db.prepare(`
    update experiment set state = 'held' where id = ? and state = 'queued' and not exists (
      select 1 from submission where experiment = number and offered_at is not null)`)
  const release = db.prepare(
    "update experiment set state = 'queued' where id = ? and state = 'held'",
  )
  const retry = db.prepare(`
    update experiment set state = 'queued', reason_code = null, reason_text = null,
      stop_asked_at = null, started_at = null, ended_at = null, exit_code = null, signal = null,
      result = null, metrics = '{}', kept = '[]', workplace = null, env = coalesce(:env, env),
      retries_used = 0, retry_at = null, stop_asked_by = null, to_notify = 0
    where number = :number and state not in ('held', 'running')`)
  const setPriority = db.prepare('update experiment set priority = ? where id = ?')
  const stopAskedBy = db
    .prepare<[string], string | null>('select stop_asked_by from experiment where id = ?')
    .pluck()
  const pause = db.prepare(`
    update experiment set paused_at = ?
    where id = ? and state = 'running' and phase <> 'collecting' and executor <> 'celery'`)
  const toNotify = db.prepare<[], Notice>(`
    update experiment set to_notify = 0 where to_notify = 1
    returning id, env, json_extract(spec, '$.onFinish') as onFinish`)
  const rename = db.prepare(
    'update experiment set name = :name, folded_name = :foldedName where number = :number',
  )
  const star = db.prepare('update experiment set starred = ? where id = ?')
  const tag = db.prepare('update experiment set tags = ? where id = ?')
  const note = db.prepare('update experiment set note = ? where id = ?')
  const attempts = db.prepare<[number], { attempt: number; result: string | null }>(
    'select attempt, result from run where experiment = ?',
  )
  const restore = db.prepare(`
    update experiment set state = :state, phase = :phase, reason_code = :reasonCode,
      reason_text = :reasonText, attempt = :attempt, started_at = :startedAt, ended_at = :endedAt,
      exit_code = :exitCode, signal = :signal, result = :result, metrics = :metrics, kept = :kept,
      workplace = :workplace
    where number = :number`)
  const restoreRun = db.prepare(`
    insert into run (experiment, attempt, repository, slot, gpus, claimed_at, ended_at, state,
      reason_code, reason_text, started_at, exit_code, signal, result, usage)
    values (:number, :attempt, (select repository from experiment where number = :number), :slot,
      :gpus, 0, :endedAt, :runState, :reasonCode, :reasonText, :startedAt, :exitCode, :signal,
      :result, :usage)`)
  const restoreWaiting = db.prepare(`
    update experiment set attempt = :attempt, retry_at = :retryAt, retries_used = :retriesUsed
    where number = :number`)
  const reserve = db.prepare("insert into sqlite_sequence (name, seq) values ('experiment', ?)")
  const forgetWorkplace = db.prepare('update experiment set workplace = null where id = ?')
  const dropRuns = db.prepare('delete from run where experiment = ?')
  const drop = db.prepare('delete from experiment where number = ?')
  const siblings = db
    .prepare<[string], string>(`
      select id from experiment
      where ticket = (select ticket from experiment where id = ?) order by number`)
    .pluck()
  const putRewrite = db.prepare(`
    insert or replace into rewrite (repository, old, new)
    select id, :old, :new from repository where common_dir = :commonDir`)
  const nextOf = db
    .prepare<[string, string], string>(`
      select new from rewrite
      where repository = (select id from repository where common_dir = ?) and old = ?`)
    .pluck()
  const waitingFor = db.prepare<[string, string], WaitingCommit>(`
    select id, name, branch, attempt from experiment
    where repository = (select id from repository where common_dir = ?) and baseline = ?
    and by_hook = 1 and state in ('queued', 'held') order by number`)
  const supersede = db.prepare(`
    update experiment set state = 'skipped', reason_code = 'superseded', reason_text = :text,
      ended_at = :now
    where id = :id and state in ('queued', 'held')`)

  return {
    ...openDependencies(db),
    ...openForgetting(db),
    find: (id: string): RecordRow | null => find.get(id) ?? null,
    hold: (id: string): boolean => hold.run(id).changes > 0,
    release: (id: string): boolean => release.run(id).changes > 0,
    retry: (number: number, env: string | null): boolean => retry.run({ number, env }).changes > 0,
    setPriority: (id: string, priority: number): void => {
      setPriority.run(priority, id)
    },
    stopAskedBy: (id: string): string | null => stopAskedBy.get(id) ?? null,
    /** Notes that a run is paused since then, or, with null, that it goes on. */
    pause: (id: string, since: number | null): boolean => pause.run(since, id).changes > 0,
    /** What has ended and was not told yet; each is given out once, whoever dies then. */
    takeNotices: (): Notice[] => toNotify.all(),
    rename: (number: number, name: string): void => {
      rename.run({ number, name, foldedName: foldName(name) })
    },
    star: (id: string, isOn: boolean): void => {
      star.run(Number(isOn), id)
    },
    tag: (id: string, tags: string[]): void => {
      tag.run(JSON.stringify(tags), id)
    },
    note: (id: string, text: string): void => {
      note.run(text === '' ? null : text, id)
    },
    attempts: (number: number): { attempt: number; result: string | null }[] =>
      attempts.all(number),
    /** In a new database: numbers up to this one were given out and are never given again. */
    reserveNumbers: (highest: number): void => {
      reserve.run(highest)
    },
    /** Gives a rebuilt experiment its last outcome back. */
    restoreEnd: (number: number, end: End): void => {
      restore.run(endedRow(number, end))
    },
    /** Gives it one of its runs back. */
    restoreAttempt: (number: number, end: AttemptEnd): void => {
      restoreRun.run({ ...endedRow(number, end), slot: 1, gpus: null, runState: end.state })
    },
    /** An experiment that ran and is queued again, by itself or by `retry`. */
    restoreWaiting: (number: number, { attempt, retryAt, retriesUsed }: AttemptEnd): void => {
      restoreWaiting.run({ number, attempt, retryAt, retriesUsed })
    },
    /** Takes a rebuilt experiment for running, so that it is taken over like after a crash. */
    restoreRunning: (number: number, attempt: number, place: Place): void => {
      const row = {
        number,
        attempt,
        phase: 'running',
        reasonCode: null,
        reasonText: null,
        startedAt: null,
        endedAt: null,
        exitCode: null,
        signal: null,
        result: null,
        usage: null,
      }
      restore.run({ ...row, state: 'running', metrics: '{}', kept: '[]', workplace: null })
      const gpus = place.gpus === null ? null : JSON.stringify(place.gpus)
      restoreRun.run({ ...row, slot: place.slot, gpus, runState: null })
    },
    /** Notes what replaced a commit; false for a repository without experiments. */
    rewrite: (commonDir: string, one: Rewritten): boolean =>
      putRewrite.run({ commonDir, ...one }).changes > 0,
    /** What a commit has become, by as many rewrites as there were; itself where by none. */
    latest: (commonDir: string, commit: string): string => {
      const seen = new Set([commit])
      for (let now = commit; ; ) {
        const next = nextOf.get(commonDir, now)
        if (next === undefined || seen.has(next)) return now
        seen.add(next)
        now = next
      }
    },
    /** What a hook queued for a commit and has not started. */
    waitingFor: (commonDir: string, commit: string): WaitingCommit[] =>
      waitingFor.all(commonDir, commit),
    supersede: (id: string, text: string, now: number): void => {
      supersede.run({ id, text, now })
    },
    /** The experiments that one ticket queued, this one among them. */
    siblings: (id: string): string[] => siblings.all(id),
    forgetWorkplace: (id: string): void => {
      forgetWorkplace.run(id)
    },
    remove: db.transaction((number: number): void => {
      dropRuns.run(number)
      drop.run(number)
    }),
  }
}

const endedRow = (number: number, { reason, kept, usage, ...plain }: End) => ({
  ...plain,
  number,
  phase: null,
  reasonCode: reason?.code ?? null,
  reasonText: reason?.text ?? null,
  kept: JSON.stringify(kept),
  usage: usage === null ? null : JSON.stringify(usage),
})
