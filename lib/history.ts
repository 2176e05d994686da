import { attemptReader } from './attempts.ts'
import type { Experiment, State } from './experiment.ts'
import { type ExperimentRow, withAttempts } from './experiment-row.ts'
import { openToRead } from './open-to-read.ts'
import type { Places } from './places.ts'
import type { ProcessIdentity } from './process-identity.ts'
import type { Machine } from './schedule.ts'
import { openWaitingRoom, type WaitingRoom } from './waiting-room.ts'

/** The queue as a reader sees it. Reading waits for nobody and nobody waits for it. */
export interface History {
  /** The experiments of one repository, newest first. */
  list(repository: string, limit?: number): Experiment[]
  byId(id: string): Experiment | null
  /** How many experiments of a repository are in each state. */
  counts(repository: string): Map<State['is'], number>
  /** What runs, what ended last and what comes next in a repository; of each so many. */
  overview(
    repository: string,
    limit: number,
  ): { running: Experiment[]; ended: Experiment[]; queued: Experiment[] }
  /** What runs now, in all repositories. */
  running(): Experiment[]
  /** What `schedule` decides on. */
  waitingRoom: WaitingRoom
  /**
   * Those of all repositories that wait for nothing but their turn and room, by priority and number,
   * each with the number of the first of those that wait like it.
   */
  ready(): { number: number; first: number; priority: number }[]
  /** The commit of what one attempt left. */
  resultOf(run: { id: string; attempt: number }): string | null
  receipt(ticket: string): { refused: string | null } | null
  daemon(): DaemonRow | null
  /** From the next question on, all answers are of one moment: what is taken in later is not there. */
  freeze(): void
  close(): void
}

export interface DaemonRow {
  identity: ProcessIdentity
  version: string
  jobs: number
  /** Null until something was to be started. */
  machine: Machine | null
  startedAt: number
}

/** Opens the queue to read. Null when there is none yet. */
export const openHistory = (places: Places): History | null => {
  const db = openToRead(places.database)
  if (db === null) return null
  // Its dependencies; and what a baseline has become: the last of its rewrites, if they go not round.
  const select = `select experiment.*, repository.common_dir as common_dir, (
      select json_group_array(json_object(
        'id', other.id, 'name', other.name, 'state', other.state, 'must', must))
      from dependency join experiment as other on other.number = dependency.after
      where dependency.experiment = experiment.number) as after, (
      with recursive later (hex) as (
        select new from rewrite
        where rewrite.repository = experiment.repository and old = experiment.baseline
        union select new from rewrite join later on old = hex
        where rewrite.repository = experiment.repository)
      select hex from later where not exists (
        select 1 from rewrite where rewrite.repository = experiment.repository and old = hex)
    ) as rewritten, (
      select json_object('isSent', json(iif(sent_at is null, 'false', 'true')),
        'isStopping', json(iif(stop_asked_at is null, 'false', 'true')), 'problem', problem)
      from submission where submission.experiment = experiment.number) as cluster
    from experiment join repository on repository.id = experiment.repository`
  const list = db.prepare<[string, number], ExperimentRow>(
    `${select} where common_dir = ? order by number desc limit ?`,
  )
  const some = (states: string, order: string) =>
    db.prepare<[string, number], ExperimentRow>(
      // Chosen before the rest is looked up, which would be done for thousands that are not shown.
      `${select} where number in (
        select number from experiment
        where repository = (select id from repository where common_dir = ?) and state ${states}
        order by ${order} limit ?)
      order by ${order}`,
    )
  const running = some("= 'running'", 'number')
  const ended = some("not in ('queued', 'held', 'running')", 'ended_at desc')
  const queued = some("in ('queued', 'held')", 'priority desc, number')
  const runningAnywhere = db.prepare<[], ExperimentRow>(`${select} where state = 'running'`)
  const alike = db
    .prepare<[number], number>(`
      select own.number from experiment as own join experiment as first on first.number = ?
      where own.state = 'queued' and own.gate = 'open' and own.executor <> 'celery'
      and own.priority = first.priority
      and own.repository = first.repository and own.needs = first.needs
      and own.reserved is first.reserved`)
    .pluck()
  const byId = db.prepare<[string], ExperimentRow>(`${select} where experiment.id = ?`)
  const counts = db.prepare<[string], { state: State['is']; n: number }>(
    `select state, count(*) as n from experiment
     where repository = (select id from repository where common_dir = ?) group by state`,
  )
  const resultOf = db
    .prepare<[string, number], string | null>(
      `select run.result from run join experiment on experiment.number = run.experiment
       where experiment.id = ? and run.attempt = ?`,
    )
    .pluck()
  const receipt = db.prepare<[string], { refused: string | null }>(
    'select refused from receipt where ticket = ?',
  )
  const attempts = attemptReader(db)
  const toExperiment = (row: ExperimentRow): Experiment =>
    withAttempts(row, row.attempt === 0 ? [] : attempts.of(row))
  const daemon = db.prepare<[], DaemonColumns>('select * from daemon')
  const waitingRoom = openWaitingRoom(db)
  return {
    list: (repository, limit = -1) => {
      const rows = list.all(repository, limit)
      return Array.from(attempts.ofAll(rows), ([row, own]) => withAttempts(row, own))
    },
    byId: (id) => mapRow(byId.get(id), toExperiment),
    counts: (repository) => new Map(counts.all(repository).map(({ state, n }) => [state, n])),
    overview: (repository, limit) => ({
      running: running.all(repository, -1).map(toExperiment),
      ended: ended.all(repository, limit).map(toExperiment),
      queued: queued.all(repository, limit).map(toExperiment),
    }),
    running: () => runningAnywhere.all().map(toExperiment),
    waitingRoom,
    ready: () =>
      waitingRoom
        .candidates(Date.now())
        .flatMap(({ number: first, priority }) =>
          alike.all(first).map((number) => ({ number, first, priority })),
        )
        .toSorted((a, b) => b.priority - a.priority || a.number - b.number),
    resultOf: ({ id, attempt }) => resultOf.get(id, attempt) ?? null,
    receipt: (ticket) => receipt.get(ticket) ?? null,
    daemon: () => mapRow(daemon.get(), toDaemon),
    freeze: () => db.exec('begin'),
    close: () => db.close(),
  }
}

const mapRow = <A, B>(row: A | undefined, map: (row: A) => B): B | null =>
  row === undefined ? null : map(row)

interface DaemonColumns {
  pid: number
  process_start: string
  boot: string
  version: string
  jobs: number
  machine: string | null
  started_at: number
}

const toDaemon = (row: DaemonColumns): DaemonRow => ({
  identity: { pid: row.pid, start: row.process_start, boot: row.boot },
  version: row.version,
  jobs: row.jobs,
  machine: row.machine === null ? null : (JSON.parse(row.machine) as Machine),
  startedAt: row.started_at,
})
