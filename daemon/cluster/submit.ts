import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { jobRef } from '../../lib/cluster/job-refs.ts'
import { readJobs, type SeenJob } from '../../lib/cluster/read-jobs.ts'
import type { SharedRemote } from '../../lib/cluster/shared-remote.ts'
import { UserError } from '../../lib/errors.ts'
import { snapshotRef } from '../../lib/refs.ts'
import { transferLfs } from '../../lib/remote/beside-git.ts'
import { type LeasedUpdate, leasedPush, RefusedByRemote } from '../../lib/remote/leased-push.ts'
import type { Daemon } from '../daemon.ts'
import { note } from '../events.ts'
import { endedWithoutRun } from '../without-run.ts'
import type { ClusterRow } from './cluster-rows.ts'
import { endWaiting } from './end-waiting.ts'
import type { ClusterSettings } from './settings.ts'

/** What one push takes: each has two refs, by name and by what is expected of them. */
const AT_ONCE = 250

/**
 * Gives the remote the next snapshots that are to be run, and reserves their names there: all of a portion
 * or none, so that workers have the first while the next are sent. Says whether anything changed. Throws
 * `UserError` when the remote cannot be reached or refuses.
 */
export const submit = async (
  daemon: Daemon,
  commonDir: string,
  settings: ClusterSettings,
): Promise<boolean> => {
  const due = daemon.cluster.rows.toPush(commonDir, daemon.clock(), AT_ONCE)
  if (due.length > 0) await submitPortion(daemon, commonDir, settings, due)
  return due.length > 0
}

const submitPortion = async (
  daemon: Daemon,
  commonDir: string,
  { shared }: ClusterSettings,
  due: ClusterRow[],
): Promise<void> => {
  const { rows } = daemon.cluster
  // A daemon that died may have offered it, and what ran before may have left something there.
  const doubtful = due.filter(({ offeredAt, attempt }) => offeredAt !== null || attempt > 0)
  const ids = doubtful.map(({ id }) => id)
  const seen = await readJobs(commonDir, shared, ids)
  const there = doubtful.filter((row) => isThere(row, seen.get(row.id)))
  rows.markPushed(there, daemon.clock())
  const fresh = due.filter((row) => !there.includes(row))
  rows.offer(fresh, shared.url, daemon.clock())
  await sendLfs(commonDir, shared.remote, fresh)
  const give = async (some: ClusterRow[]): Promise<void> => {
    const updates = some.flatMap((row) => updatesFor(row, seen.get(row.id)))
    // When this throws they may have been taken all the same, which is looked at before the next try.
    const pushed = await leasedPush(commonDir, shared.remote, updates)
    if (pushed.is === 'done') rows.markPushed(some, daemon.clock())
    else settleStale(daemon, shared, some, { stale: new Set(pushed.refs), seen })
  }
  try {
    await give(fresh)
  } catch (error) {
    if (!(error instanceof RefusedByRemote) || fresh.length === 1) throw error
    await giveSingly(daemon, fresh, give)
  }
  if (fresh.length > 0) note('submit', { remote: shared.remote, jobs: fresh.length })
}

/** A remote that takes none of so many does not take such refs at all. */
const ENOUGH_REFUSED = 3

/** One that the remote will not have, as it is too large, say, must not keep the others back. */
const giveSingly = async (
  daemon: Daemon,
  rows: ClusterRow[],
  give: (some: ClusterRow[]) => Promise<void>,
): Promise<void> => {
  const refused: { row: ClusterRow; error: RefusedByRemote }[] = []
  let isAnyTaken = false
  for (const row of rows) {
    try {
      await give([row])
      isAnyTaken = true
    } catch (error) {
      if (!(error instanceof RefusedByRemote)) throw error
      refused.push({ row, error })
      if (!isAnyTaken && refused.length === ENOUGH_REFUSED) throw error
    }
  }
  if (!isAnyTaken) throw refused[0]?.error
  for (const { row, error } of refused) refuse(daemon, row, 'remote', error.message)
}

/** The remote has something else under a ref of some, and so took none of them. */
const settleStale = (
  daemon: Daemon,
  shared: SharedRemote,
  some: ClusterRow[],
  { stale, seen }: { stale: Set<string>; seen: Map<string, SeenJob> },
): void => {
  for (const row of some) {
    const another = `${shared.remote} has another experiment “${row.name}”: git exp add it under another name`
    if (stale.has(snapshotRef(row.baseline, row.name))) refuse(daemon, row, 'name-taken', another)
    else if (seen.get(row.id)?.oids.snapshot != null)
      refuse(daemon, row, 'name-taken', 'its id is taken there')
  }
  daemon.cluster.rows.takeBack(some.filter((row) => !stale.has(jobRef(row.id, 'snapshot'))))
}

/** What is in Git LFS is not in Git, and workers need it. */
const sendLfs = async (commonDir: string, remote: string, rows: ClusterRow[]): Promise<void> => {
  if (!existsSync(join(commonDir, 'lfs', 'objects')) || rows.length === 0) return
  const commits = rows.map(({ snapshot }) => snapshot)
  const place = { commonDir, worktree: dirname(commonDir) }
  const problem = await transferLfs('push', place, remote, commits)
  if (problem !== null) throw new UserError('remote', `${remote}: ${problem}`)
}

/** Whether the remote has it, be it waiting, running, or ended by an attempt that is not known here. */
const isThere = (row: ClusterRow, job: SeenJob | undefined): boolean =>
  job !== undefined &&
  (job.oids.snapshot === row.snapshot ||
    (job.state.is === 'ended' && job.state.outcome.attempt > row.attempt))

const updatesFor = (row: ClusterRow, job: SeenJob | undefined): LeasedUpdate[] => {
  const { id, baseline, name, snapshot: to } = row
  const cancel = job?.oids.cancel ?? null
  return [
    { ref: jobRef(id, 'snapshot'), to, expect: null },
    { ref: snapshotRef(baseline, name), to, expect: null },
    // Of the stop that ended it before.
    ...(cancel === null ? [] : [{ ref: jobRef(id, 'cancel'), to: null, expect: cancel }]),
  ]
}

const refuse = (
  daemon: Daemon,
  row: ClusterRow,
  code: 'name-taken' | 'remote',
  text: string,
): void => endWaiting(daemon, row, endedWithoutRun({ code, text }, daemon.clock(), null))
