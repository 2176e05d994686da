import type Database from 'better-sqlite3'
import type { Claim } from '../../lib/cluster/claim.ts'
import type { Phase } from '../../lib/experiment.ts'
import type { AttemptKey } from '../job.ts'
import type { Finish } from '../queue.ts'

/** An experiment that a cluster runs or is to run, and how far that is. Times are milliseconds. */
export interface ClusterRow {
  number: number
  id: string
  name: string
  baseline: string
  snapshot: string
  commonDir: string
  /** JSON; of thousands it is read only where it is needed. */
  spec: string
  priority: number
  state: 'queued' | 'running'
  phase: Phase | null
  attempt: number
  retriesUsed: number
  stopAskedAt: number | null
  stopAskedBy: string | null
  isFollowed: boolean
  /** The address of the remote that it was offered to, if that is known. */
  remote: string | null
  offeredAt: number | null
  pushedAt: number | null
  sentAt: number | null
  publications: number
  sentPriority: number | null
  cancelledAt: number | null
  problem: string | null
  /** Who has the newest attempt, if anybody does. */
  worker: string | null
}

/** The SQL of what a cluster runs. */
export type ClusterRows = ReturnType<typeof openClusterRows>

const FROM = `
  from experiment indexed by experiment_cluster
  join repository on repository.id = experiment.repository
  join submission on submission.experiment = number
  where executor = 'celery' and state in ('queued', 'running')`

const SELECT = `
  select number, experiment.id, name, baseline, snapshot, common_dir as commonDir, spec, priority,
    state, phase, attempt, retries_used as retriesUsed, stop_asked_at as stopAskedAt,
    stop_asked_by as stopAskedBy, is_followed as isFollowed, remote, offered_at as offeredAt,
    pushed_at as pushedAt, sent_at as sentAt, publications, sent_priority as sentPriority,
    cancelled_at as cancelledAt, problem, (
      select worker from run where run.experiment = number and run.attempt = experiment.attempt
    ) as worker ${FROM}`

export const openClusterRows = (db: Database.Database) => {
  const select = (more: string) =>
    db.prepare<{ commonDir?: string; now?: number; limit?: number }, Columns>(`${SELECT} ${more}`)
  const ours = 'and common_dir = :commonDir'
  const toPush =
    select(`${ours} and pushed_at is null and stop_asked_at is null and state = 'queued'
    and gate = 'open' and (retry_at is null or retry_at <= :now)
    order by priority desc, number limit :limit`)
  const toSend = select(`${ours} and pushed_at is not null and sent_at is null and is_followed = 0
    and stop_asked_at is null and state = 'queued' order by priority desc, number limit :limit`)
  const toStop = select(`${ours} and stop_asked_at is not null`)
  const onCluster = select(`${ours} and pushed_at is not null`)
  const sentAgain = db.prepare<[], { id: string; publications: number }>(
    `select experiment.id, publications ${FROM} and publications > 1`,
  )
  const repositories = db.prepare<[], string>(`select distinct common_dir ${FROM}`).pluck()
  const find = db.prepare<[string], Columns>(`${SELECT} and experiment.id = ?`)
  const set = (change: string) => db.prepare<object>(`update submission set ${change}`)
  const offer = set('offered_at = :now, remote = :remote where experiment = :number')
  const takeBack = set('offered_at = null where experiment = :number and pushed_at is null')
  const pushed = set(`offered_at = coalesce(offered_at, :now), pushed_at = :now, problem = null
    where experiment = :number`)
  const sent = set(`sent_at = :now, publications = publications + 1, sent_priority = :priority,
    problem = null where experiment = :number`)
  const sendAgain = set('sent_at = null where experiment = :number')
  const cancelled = set('cancelled_at = :now where experiment = :number')
  const follow = set(`is_followed = 1, offered_at = :now, pushed_at = :now
    where experiment = (select number from experiment where id = :id)`)
  const problem = set(`problem = :text where experiment = :number and problem is not :text`)
  const begin = db.prepare<object>(`
    update experiment set state = 'running', phase = 'running', attempt = :attempt,
      started_at = :at, retry_at = null
    where number = :number and state in ('queued', 'running') and attempt < :attempt`)
  const putRun = db.prepare<object>(`
    insert into run (experiment, attempt, repository, worker, host, claimed_at, started_at)
    values (:number, :attempt, (select repository from experiment where number = :number), :worker,
      :host, :at, :at)
    on conflict do nothing`)
  const loseRun = db.prepare<object>(`
    update run set state = 'lost', reason_code = 'lost-supervisor', reason_text = :text,
      ended_at = :at
    where experiment = :number and attempt = :attempt and ended_at is null`)
  const requeue = db.prepare<object>(`
    update experiment set state = 'queued', phase = null, started_at = null
    where number = :number and state = 'running'`)
  const endWaiting = db.prepare<object>(`
    update experiment set state = :state, reason_code = :code, reason_text = :text,
      ended_at = :at, retry_at = null, to_notify = 1
    where number = :number and state = 'queued'`)

  const lose = ({ number, attempt }: AttemptKey, at: number): void => {
    loseRun.run({ number, attempt, at, text: 'its worker was lost' })
  }
  return {
    /** The repositories that have something on a cluster or on its way there. */
    repositories: (): string[] => repositories.all(),
    /** Those of which the newest message is not the first, and so has another id than they have. */
    sentAgain: (): { id: string; publications: number }[] => sentAgain.all(),
    find: (id: string): ClusterRow | null => {
      const row = find.get(id)
      return row === undefined ? null : toRow(row)
    },
    /** What the remote is to be given, those that go before others in front. */
    toPush: (commonDir: string, now: number, limit: number): ClusterRow[] =>
      toPush.all({ commonDir, now, limit }).map(toRow),
    /** What the broker is to be told of. */
    toSend: (commonDir: string, limit: number): ClusterRow[] =>
      toSend.all({ commonDir, limit }).map(toRow),
    toStop: (commonDir: string): ClusterRow[] => toStop.all({ commonDir }).map(toRow),
    /** What the remote has. */
    onCluster: (commonDir: string): ClusterRow[] => onCluster.all({ commonDir }).map(toRow),
    offer: db.transaction(
      (rows: { number: number }[], remote: string | null, now: number): void => {
        for (const { number } of rows) offer.run({ number, remote, now })
      },
    ),
    /** The remote did not take them. */
    takeBack: db.transaction((rows: { number: number }[]): void => {
      for (const { number } of rows) takeBack.run({ number })
    }),
    markPushed: db.transaction((rows: { number: number }[], now: number): void => {
      for (const { number } of rows) pushed.run({ number, now })
    }),
    markSent: db.transaction((rows: { number: number; priority: number }[], now: number): void => {
      for (const { number, priority } of rows) sent.run({ number, priority, now })
    }),
    /** Nobody has its message any more. */
    sendAgain: (number: number): void => {
      sendAgain.run({ number })
    },
    markCancelled: (number: number, now: number): void => {
      cancelled.run({ number, now })
    },
    /** What was queued elsewhere: the remote has it, and the one who queued it sends it. */
    follow: (id: string, now: number): void => {
      follow.run({ id, now })
    },
    /** What some wait for, in words; null for nothing. */
    tellProblem: db.transaction((rows: { number: number }[], text: string | null): void => {
      for (const { number } of rows) problem.run({ number, text })
    }),
    /** Records the attempts that workers have claimed; each but the last was lost. */
    claimed: db.transaction((number: number, claims: Claim[]): void => {
      for (const [i, { attempt, worker, host, at }] of claims.entries()) {
        const claimedAt = Date.parse(at)
        if (i > 0) lose({ number, attempt: claims[i - 1]?.attempt ?? 0 }, claimedAt)
        putRun.run({ number, attempt, worker, host, at: claimedAt })
        begin.run({ number, attempt, at: claimedAt })
      }
    }),
    /** The worker let go of it without an outcome: it waits for another. */
    letGo: db.transaction((row: AttemptKey, now: number): void => {
      lose(row, now)
      requeue.run({ number: row.number })
    }),
    /** Records the end of one that no worker has. */
    endWaiting: (number: number, { state, reason, endedAt }: Finish): boolean =>
      endWaiting.run({ number, state, code: reason?.code, text: reason?.text, at: endedAt })
        .changes > 0,
  }
}

type Columns = Omit<ClusterRow, 'isFollowed'> & { isFollowed: number }

const toRow = (row: Columns): ClusterRow => ({ ...row, isFollowed: row.isFollowed === 1 })
