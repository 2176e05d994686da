import { readJobs, type SeenJob } from '../../lib/cluster/read-jobs.ts'
import { parseSpec } from '../../lib/spec/spec.ts'
import type { Daemon } from '../daemon.ts'
import { note } from '../events.ts'
import { recordEnd } from '../record-end.ts'
import { endedWithoutRun } from '../without-run.ts'
import type { ClusterRow } from './cluster-rows.ts'
import { endWaiting } from './end-waiting.ts'
import { type Ended, recordOutcomes } from './record-outcome.ts'
import type { ClusterSettings } from './settings.ts'

/** So long a message may be on its way to a worker that claims its job. */
const ON_ITS_WAY_MS = Number(process.env.GIT_EXP_TEST_ON_ITS_WAY_MS ?? 120_000)

/**
 * Looks at all that the remote has of a repository's experiments, by one fetch, and records what came of
 * them: who runs what, and what has ended. Says whether anything changed. Throws `UserError` when the
 * remote cannot be reached.
 */
export const look = async (
  daemon: Daemon,
  commonDir: string,
  settings: ClusterSettings,
): Promise<boolean> => {
  const { rows } = daemon.cluster
  const asked = new Set(
    rows
      .onCluster(commonDir)
      .filter((row) => isOn(daemon, row, settings))
      .map(({ id }) => id),
  )
  if (asked.size === 0) return false
  const seen = await readJobs(commonDir, settings.shared, [...asked])
  const ended: Ended[] = []
  let isChanged = false
  // As they are now: something may have come while the remote was asked.
  for (const row of rows.onCluster(commonDir).filter(({ id }) => asked.has(id))) {
    const job = seen.get(row.id)
    if (job?.state.is === 'ended') ended.push({ row, job, outcome: job.state.outcome })
    else isChanged = recordState(daemon, row, job) || isChanged
  }
  if (ended.length > 0) await recordOutcomes(daemon, commonDir, settings, ended)
  return isChanged || ended.length > 0
}

/** Whether it is on the remote that is looked at; on another it is left alone, and that is said. */
const isOn = ({ cluster }: Daemon, row: ClusterRow, { shared }: ClusterSettings): boolean => {
  if (row.remote === null || row.remote === shared.url) return true
  const text = `waits: it is on ${row.remote}, and exp.remote names another`
  cluster.rows.tellProblem([row], text)
  return false
}

const recordState = (daemon: Daemon, row: ClusterRow, job: SeenJob | undefined): boolean => {
  const { rows } = daemon.cluster
  if (job === undefined || job.state.is === 'absent') {
    if (job?.problem != null) rows.tellProblem([row], `waits: ${job.problem}`)
    else vanished(daemon, row)
    return job?.problem == null
  }
  // It is where it should be; what is still to be sent may wait for the broker.
  if (row.problem !== null && (row.sentAt !== null || row.isFollowed)) rows.tellProblem([row], null)
  if (job.state.is === 'running') {
    const newest = job.state.claims.at(-1)?.attempt ?? 0
    if (newest <= row.attempt && row.state === 'running') return false
    rows.claimed(row.number, job.state.claims)
    note('claimed', { name: row.name, id: row.id, attempt: newest })
    return true
  }
  if (row.state === 'queued') return false
  rows.letGo(row, daemon.clock())
  return true
}

/** Somebody removed its refs from the remote: no worker can publish it any more. */
const vanished = (daemon: Daemon, row: ClusterRow): void => {
  const text = 'its refs are gone from the remote: git exp retry submits it again'
  const end = {
    ...endedWithoutRun({ code: 'missing-object', text }, daemon.clock(), null),
    state: 'lost' as const,
  }
  if (row.state === 'queued') endWaiting(daemon, row, end)
  else recordEnd(daemon, { ...row, spec: { ...parseSpec(row.spec), retries: 0 } }, end)
}

/**
 * Has sent again what waits on the remote while its queue is empty: its message was lost with a broker,
 * say. A worker that holds it and is busy makes this a second message, of which one does nothing.
 */
export const sendLost = async (
  daemon: Daemon,
  commonDir: string,
  settings: ClusterSettings,
): Promise<boolean> => {
  const { rows, link } = daemon.cluster
  const before = daemon.clock() - ON_ITS_WAY_MS
  const waiting = rows
    .onCluster(commonDir)
    .filter((row) => row.state === 'queued' && !row.isFollowed && (row.sentAt ?? before) < before)
  if (waiting.length === 0) return false
  const broker = await link.get()
  let isChanged = false
  const byQueue = Map.groupBy(waiting, ({ spec }) => settings.queueOf(parseSpec(spec)))
  for (const [queue, some] of byQueue) {
    if ((await broker.waiting(queue)) > 0) continue
    for (const { number } of some) rows.sendAgain(number)
    note('send-again', { queue, jobs: some.length })
    isChanged = true
  }
  return isChanged
}
