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

/**
 * Stops what was asked to be stopped: what no worker has ends here and now, whether a worker is online
 * or not; a worker that has it is told by the remote, and by the broker too. Says whether anything changed.
 */
export const stop = async (
  daemon: Daemon,
  commonDir: string,
  settings: ClusterSettings,
): Promise<boolean> => {
  const { rows } = daemon.cluster
  const now = daemon.clock()
  const asked = rows
    .toStop(commonDir)
    .filter(({ cancelledAt }) => cancelledAt === null || cancelledAt + PATIENCE_MS < now)
  if (asked.length === 0) return false
  const ids = asked.map(({ id }) => id)
  const seen = await readJobs(commonDir, settings.shared, ids)
  for (const row of asked)
    await stopOne(daemon, commonDir, settings, { row, job: seen.get(row.id) })
  return true
}

const stopOne = async (
  daemon: Daemon,
  commonDir: string,
  settings: ClusterSettings,
  { row, job }: { row: ClusterRow; job: SeenJob | undefined },
): Promise<void> => {
  const state = job?.state ?? { is: 'absent' }
  if (job === undefined || state.is === 'absent') {
    endWaiting(daemon, row, endedWithoutRun(null, daemon.clock(), row.stopAskedBy))
    return
  }
  // The next look records it.
  if (state.is === 'ended') return
  const now = daemon.clock()
  const isClaimed = state.is === 'running' && row.cancelledAt === null
  const updates = [
    await cancelUpdate(commonDir, job, row, now),
    ...(isClaimed ? [] : await endUpdates(daemon, commonDir, job, row)),
  ].filter((update) => update !== null)
  const pushed = await leasedPush(commonDir, settings.shared.remote, updates)
  // Something happened to it meanwhile, and is looked at again.
  if (pushed.is === 'stale') return
  daemon.cluster.rows.markCancelled(row.number, now)
  note('cancel', { name: row.name, id: row.id, claimed: String(isClaimed) })
  await tellBroker(daemon, settings, row, isClaimed)
}

const cancelUpdate = async (
  commonDir: string,
  { id, oids }: SeenJob,
  { stopAskedBy }: ClusterRow,
  now: number,
): Promise<LeasedUpdate | null> => {
  if (oids.cancel !== null) return null
  const who = `${userInfo().username}@${hostname()}`
  const message = printCancel({
    by: `${stopAskedBy ?? 'git exp stop'} of ${who}`,
    at: new Date(now).toISOString(),
  })
  const to = await commitMessage(commonDir, message, { parents: [], atMs: now })
  return { ref: jobRef(id, 'cancel'), to, expect: null }
}

/** Ends it in the place of a worker, whose own outcome then comes too late. */
const endUpdates = async (
  daemon: Daemon,
  commonDir: string,
  { id, oids, state }: SeenJob,
  row: ClusterRow,
): Promise<LeasedUpdate[]> => {
  const now = daemon.clock()
  const last = state.is === 'running' ? state.claims.at(-1) : undefined
  const end = endedWithoutRun(null, now, row.stopAskedBy)
  const outcome: ClusterOutcome = {
    attempt: last?.attempt ?? row.attempt,
    state: 'stopped',
    exit_code: null,
    signal: null,
    reason:
      last === undefined
        ? end.reason
        : { code: 'user', text: `stopped by ${row.stopAskedBy}; its worker did not answer` },
    started: last?.at ?? null,
    ended: new Date(now).toISOString(),
    worker: last?.worker ?? null,
    host: last?.host ?? null,
    result: null,
    failure: null,
    resources: null,
  }
  const log = last === undefined ? Buffer.alloc(0) : logSoFar(daemon, id, last.attempt)
  return [
    {
      ref: jobRef(id, 'log'),
      to: await commitLog(commonDir, { log, outcome }, now),
      expect: oids.log,
    },
    { ref: jobRef(id, 'snapshot'), to: null, expect: oids.snapshot },
    ...(oids.claim === null ? [] : [{ ref: jobRef(id, 'claim'), to: null, expect: oids.claim }]),
  ]
}

/** What came of it by events. */
const logSoFar = ({ places }: Daemon, id: string, attempt: number): Buffer => {
  try {
    return readFileSync(logFile(places, id, attempt))
  } catch {
    return Buffer.alloc(0)
  }
}

/** Only makes it faster: the remote has said it already. */
const tellBroker = async (
  { cluster }: Daemon,
  settings: ClusterSettings,
  row: ClusterRow,
  isClaimed: boolean,
): Promise<void> => {
  try {
    const message = messageOf(row, settings, 'last')
    if (message === null && !isClaimed) return
    const broker = await cluster.link.get()
    if (!isClaimed && message !== null) await broker.withdraw(message)
    if (!isClaimed) return
    // What is followed was sent by others, whose messages' ids are the experiment's to begin with.
    const task = message?.id ?? row.id
    const given = { task_id: task, terminate: true, signal: 'SIGTERM' }
    await broker.control({ method: 'revoke', arguments: given, destination: null })
  } catch (error) {
    note('trouble', { id: row.id, error: (error as Error).message })
  }
}
