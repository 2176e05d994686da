import { mkdirSync } from 'node:fs'
import { parseCommit, readObjects, resolveNames } from '../../lib/cat-file.ts'
import { fetchResults, type Left } from '../../lib/cluster/fetch-results.ts'
import { type ClusterOutcome, LOG_FILE } from '../../lib/cluster/outcome.ts'
import { forgetSeen, type SeenJob } from '../../lib/cluster/read-jobs.ts'
import { trailerFacts } from '../../lib/elsewhere/foreign-results.ts'
import { readValues } from '../../lib/elsewhere/result-files.ts'
import { replaceFile } from '../../lib/files.ts'
import { logFile } from '../../lib/log-follower.ts'
import { freeName } from '../../lib/names.ts'
import { printPlain } from '../../lib/params/plain-json.ts'
import { attemptFolder } from '../../lib/places.ts'
import { changeRefs, failureRef, resultRef, takenNames } from '../../lib/refs.ts'
import { parseSpec } from '../../lib/spec/spec.ts'
import type { Daemon } from '../daemon.ts'
import type { Finish } from '../queue.ts'
import { recordEnd } from '../record-end.ts'
import type { ClusterRow } from './cluster-rows.ts'
import { endWaiting } from './end-waiting.ts'
import type { ClusterSettings } from './settings.ts'

/** A job that has ended, and whose row does not know that yet. */
export interface Ended {
  row: ClusterRow
  job: SeenJob
  outcome: ClusterOutcome
}

/** Brings what ended jobs left, logs and results, and records how they ended. */
export const recordOutcomes = async (
  daemon: Daemon,
  commonDir: string,
  { shared }: ClusterSettings,
  ended: Ended[],
): Promise<void> => {
  const left = ended.flatMap(leftBy)
  const { found, drop } = await fetchResults(commonDir, shared, left)
  const commits = ended.map(({ row, outcome }) =>
    found.has(row.id) ? (outcome.result ?? outcome.failure ?? '') : '',
  )
  const metrics = await readValues(commonDir, commits, (i) =>
    commits[i] === '' ? [] : parseSpec(ended[i]?.row.spec ?? '').metrics,
  )
  const messages = await readObjects(commonDir, commits)
  const logs = await readObjects(
    commonDir,
    ended.map(({ job }) => `${job.oids.log}:${LOG_FILE}`),
  )
  for (const [i, one] of ended.entries()) {
    const commit = messages[i]
    const kept =
      commit?.type === 'commit' ? trailerFacts(parseCommit(commit.content).message).kept : []
    const end = finishOf(one, commits[i] === '' ? null : (commits[i] ?? null), {
      metrics: printPlain(metrics[i] ?? {}),
      kept,
    })
    await daemon.oneAtATime.run(one.row.id, async () => {
      await keepLeft(
        commonDir,
        left.find(({ id }) => id === one.row.id),
        found,
      )
      keepLog(daemon, one, logs[i]?.content ?? null)
      record(daemon, one, end)
    })
  }
  await drop()
  await forgetSeen(
    commonDir,
    shared.key,
    ended.map(({ row }) => row.id),
  )
}

const leftBy = ({ row, outcome }: Ended): Left[] => {
  const { id, baseline, name } = row
  const { result, failure, attempt } = outcome
  if (result !== null) return [{ id, ref: resultRef(baseline, name), oid: result }]
  return failure === null ? [] : [{ id, ref: failureRef(baseline, name, attempt), oid: failure }]
}

const finishOf = (
  { outcome }: Ended,
  result: string | null,
  { metrics, kept }: Pick<Finish, 'metrics' | 'kept'>,
): Finish => {
  const { state, reason, started, ended, resources } = outcome
  const isGone = state === 'succeeded' && result === null
  return {
    state: isGone ? 'lost' : state,
    reason: isGone
      ? { code: 'missing-object', text: 'it succeeded, and its result is no longer on the remote' }
      : reason,
    startedAt: started === null ? null : Date.parse(started),
    endedAt: Date.parse(ended),
    exitCode: outcome.exit_code,
    signal: outcome.signal,
    result,
    metrics,
    kept,
    workplace: null,
    usage:
      resources === null
        ? null
        : {
            ranMs: resources.seconds * 1000,
            cpuMs: resources.cpu_seconds === null ? null : resources.cpu_seconds * 1000,
            peakBytes: resources.peak_memory,
            peakGpuBytes: resources.peak_gpu_memory,
          },
  }
}

/** Gives it the ref that it has on the remote; where something else has that here, one beside it. */
const keepLeft = async (
  commonDir: string,
  left: Left | undefined,
  found: Set<string>,
): Promise<void> => {
  if (left === undefined || !found.has(left.id)) return
  const { ref, oid } = left
  if (await changeRefs(commonDir, [{ to: 'create', ref, oid }])) return
  const [here] = await resolveNames(commonDir, [ref])
  if (here === oid) return
  const [, family = '', baseline = '', name = ''] =
    /^(refs\/(?:exps|git-exp\/failures))\/(..\/[^/]+)\/(.+)$/.exec(ref) ?? []
  const taken = new Set((await takenNames(commonDir, baseline.replace('/', ''))).keys())
  const beside = `${family}/${baseline}/${freeName(name, taken)}`
  await changeRefs(commonDir, [{ to: 'create', ref: beside, oid }])
}

/** The log whole, in the place of what events have told of it. */
const keepLog = ({ places }: Daemon, { row, outcome }: Ended, content: Buffer | null): void => {
  if (content === null || outcome.attempt === 0) return
  mkdirSync(attemptFolder(places, row.id, outcome.attempt), { recursive: true, mode: 0o700 })
  replaceFile(logFile(places, row.id, outcome.attempt), content)
}

const record = (daemon: Daemon, { row, job, outcome }: Ended, end: Finish): void => {
  const { rows } = daemon.cluster
  const { attempt } = outcome
  const isWaiting = row.state === 'queued' && attempt <= row.attempt
  if (isWaiting) {
    endWaiting(daemon, row, end)
    return
  }
  const claims = job.state.is === 'ended' ? job.state.claims : []
  rows.claimed(row.number, [
    ...claims.filter((claim) => claim.attempt < attempt),
    {
      attempt,
      worker: outcome.worker ?? '',
      host: outcome.host ?? '',
      at: outcome.started ?? outcome.ended,
      nonce: '',
    },
  ])
  const spec = parseSpec(row.spec)
  recordEnd(
    daemon,
    {
      ...row,
      attempt: Math.max(attempt, row.attempt),
      // Who queued it elsewhere tries it again, or nobody does.
      spec: row.isFollowed ? { ...spec, retries: 0 } : spec,
    },
    end,
  )
}
