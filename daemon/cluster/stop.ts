import { readFileSync } from 'node:fs'
import { hostname, userInfo } from 'node:os'
import { printCancel } from '../../lib/cluster/claim.ts'
import { commitLog, commitMessage } from '../../lib/cluster/job-commits.ts'
import { jobRef } from '../../lib/cluster/job-refs.ts'
import type { ClusterOutcome } from '../../lib/cluster/outcome.ts'
import { readJobs, type SeenJob } from '../../lib/cluster/read-jobs.ts'
import { logFile } from '../../lib/log-follower.ts'
import { type LeasedUpdate, leasedPush } from '../../lib/remote/leased-push.ts'
import type { Daemon } from '../daemon.ts'
import { note } from '../events.ts'
import { endedWithoutRun } from '../without-run.ts'
import type { ClusterRow } from './cluster-rows.ts'
import { endWaiting } from './end-waiting.ts'
import { messageOf } from './send.ts'
import type { ClusterSettings } from './settings.ts'

/** So long a worker has to end what it runs; then its claim is taken from it. */
const PATIENCE_MS = 3 * 60_000
/** What one push takes: each has four refs at most. */
const AT_ONCE = 100

/** One that is to be stopped, and what the remote is to be told. */
interface Stop {
  row: ClusterRow
  /** Whether a worker has it and is given time to end it. */
  isClaimed: boolean
  updates: LeasedUpdate[]
}

/**
 * Stops what was asked to be stopped: what no worker has ends here and now, whether a worker is online
 * or not; a worker that has it is told by the remote, and by the broker too. Says whether anything changed.
 */
export const stop = async (
  daemon: Daemon,
  commonDir: string,
  settings: ClusterSettings,
): Promise<boolean> => {
  const now = daemon.clock()
  const asked = daemon.cluster.rows
    .toStop(commonDir)
    .filter(({ cancelledAt }) => cancelledAt === null || cancelledAt + PATIENCE_MS < now)
    .filter(({ remote }) => remote === null || remote === settings.shared.url)
    .slice(0, AT_ONCE)
  if (asked.length === 0) return false
  const ids = asked.map(({ id }) => id)
  const seen = await readJobs(commonDir, settings.shared, ids)
  const commits = new Map<string, Promise<string>>()
  const stops: Stop[] = []
  for (const row of asked) {
    const job = seen.get(row.id)
    if (job === undefined || job.state.is === 'absent') {
      endWaiting(daemon, row, endedWithoutRun(null, now, row.stopAskedBy))
    } else if (job.state.is !== 'ended') {
      // What has ended the next look records.
      stops.push(await stopOf(daemon, commonDir, { row, job, now, commits }))
    }
  }
  const stopped = await pushStops(commonDir, settings, stops)
  for (const { row, isClaimed } of stopped) {
    daemon.cluster.rows.markCancelled(row.number, now)
    note('cancel', { name: row.name, id: row.id, claimed: String(isClaimed) })
  }
  await tellBroker(daemon, settings, stopped)
  return true
}

/** All at once; if one of them has changed meanwhile each by itself, and that one at the next turn. */
const pushStops = async (
  commonDir: string,
  { shared }: ClusterSettings,
  stops: Stop[],
): Promise<Stop[]> => {
  const push = async (some: Stop[]): Promise<boolean> => {
    const updates = some.flatMap((one) => one.updates)
    return (await leasedPush(commonDir, shared.remote, updates)).is === 'done'
  }
  if (await push(stops)) return stops
  const pushed: Stop[] = []
  for (const one of stops) if (await push([one])) pushed.push(one)
  return pushed
}

const stopOf = async (
  { places }: Daemon,
  commonDir: string,
  {
    row,
    job,
    now,
    commits,
  }: { row: ClusterRow; job: SeenJob; now: number; commits: Map<string, Promise<string>> },
): Promise<Stop> => {
  const { id, oids, state } = job
  // Hundreds that are stopped together say the same, in the same commit.
  const once = (what: object, make: () => Promise<string>): Promise<string> => {
    const key = JSON.stringify(what)
    const made = commits.get(key) ?? make()
    commits.set(key, made)
    return made
  }
  const isClaimed = state.is === 'running' && row.cancelledAt === null
  const updates: LeasedUpdate[] = []
  if (oids.cancel === null) {
    const by = `${row.stopAskedBy} of ${userInfo().username}@${hostname()}`
    const cancel = { by, at: new Date(now).toISOString() }
    const to = await once(cancel, () =>
      commitMessage(commonDir, printCancel(cancel), { parents: [], atMs: now }),
    )
    updates.push({ ref: jobRef(id, 'cancel'), to, expect: null })
  }
  if (isClaimed) return { row, isClaimed, updates }
  const last = state.is === 'running' ? (state.claims.at(-1)?.attempt ?? 0) : 0
  const log = last === 0 ? Buffer.alloc(0) : logSoFar(logFile(places, id, last))
  const outcome = outcomeOf(row, job, now)
  const to = await once({ outcome, id: last === 0 ? '' : id }, () =>
    commitLog(commonDir, { log, outcome }, now),
  )
  updates.push(
    { ref: jobRef(id, 'log'), to, expect: oids.log },
    { ref: jobRef(id, 'snapshot'), to: null, expect: oids.snapshot },
    ...(oids.claim === null ? [] : [{ ref: jobRef(id, 'claim'), to: null, expect: oids.claim }]),
  )
  return { row, isClaimed, updates }
}

/** How it ends in the place of a worker, whose own outcome then comes too late. */
const outcomeOf = (row: ClusterRow, { state }: SeenJob, now: number): ClusterOutcome => {
  const last = state.is === 'running' ? state.claims.at(-1) : undefined
  const text = `stopped by ${row.stopAskedBy}; its worker did not answer`
  return {
    attempt: last?.attempt ?? row.attempt,
    state: 'stopped',
    exit_code: null,
    signal: null,
    reason:
      last === undefined
        ? endedWithoutRun(null, now, row.stopAskedBy).reason
        : { code: 'user', text },
    started: last?.at ?? null,
    ended: new Date(now).toISOString(),
    worker: last?.worker ?? null,
    host: last?.host ?? null,
    result: null,
    failure: null,
    resources: null,
  }
}

/** What came of it by events. */
const logSoFar = (file: string): Buffer => {
  try {
    return readFileSync(file)
  } catch {
    return Buffer.alloc(0)
  }
}

/** Only makes it faster: the remote has said it already. */
const tellBroker = async (
  { cluster }: Daemon,
  settings: ClusterSettings,
  stops: Stop[],
): Promise<void> => {
  if (stops.length === 0) return
  try {
    const broker = await cluster.link.get()
    for (const { row, isClaimed } of stops) {
      const message = isClaimed ? null : messageOf(row, settings, 'last')
      if (message !== null) await broker.withdraw(message)
    }
    // What is followed was sent by others, whose messages' ids are the experiment's to begin with.
    const tasks = stops
      .filter(({ isClaimed }) => isClaimed)
      .map(({ row }) => messageOf(row, settings, 'last')?.id ?? row.id)
    if (tasks.length === 0) return
    const given = { task_id: tasks, terminate: true, signal: 'SIGTERM' }
    await broker.control({ method: 'revoke', arguments: given, destination: null })
  } catch (error) {
    note('trouble', { error: (error as Error).message })
  }
}
