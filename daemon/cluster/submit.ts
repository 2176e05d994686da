import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { jobRef } from '../../lib/cluster/job-refs.ts'
import { readJobs, type SeenJob } from '../../lib/cluster/read-jobs.ts'
import { UserError } from '../../lib/errors.ts'
import { snapshotRef } from '../../lib/refs.ts'
import { transferLfs } from '../../lib/remote/beside-git.ts'
import { type LeasedUpdate, leasedPush } from '../../lib/remote/leased-push.ts'
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
  const updates = fresh.flatMap((row) => updatesFor(row, seen.get(row.id)))
  await sendLfs(commonDir, shared.remote, fresh)
  // When this throws they may have been taken all the same, which is looked at before the next try.
  const pushed = await leasedPush(commonDir, shared.remote, updates)
  if (pushed.is === 'done') {
    rows.markPushed(fresh, daemon.clock())
    if (fresh.length > 0) note('submit', { remote: shared.remote, jobs: fresh.length })
    return
  }
  const stale = new Set(pushed.refs)
  for (const row of fresh) {
    const isTaken = stale.has(snapshotRef(row.baseline, row.name))
    if (isTaken) refuse(daemon, row, `${shared.remote} has another experiment “${row.name}”`)
    else if (seen.get(row.id)?.oids.snapshot != null) refuse(daemon, row, 'its id is taken there')
  }
  rows.takeBack(fresh.filter((row) => !stale.has(jobRef(row.id, 'snapshot'))))
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

const refuse = (daemon: Daemon, row: ClusterRow, text: string): void => {
  const reason = { code: 'name-taken' as const, text: `${text}: git exp add it under another name` }
  endWaiting(daemon, row, endedWithoutRun(reason, daemon.clock(), null))
}
