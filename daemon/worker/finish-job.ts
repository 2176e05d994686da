import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isoTime } from '../../lib/clock.ts'
import { commitLog } from '../../lib/cluster/job-commits.ts'
import { jobRef } from '../../lib/cluster/job-refs.ts'
import type { ClusterOutcome, ClusterUsage } from '../../lib/cluster/outcome.ts'
import type { Brought } from '../../lib/command-file.ts'
import type { KeptFile, Usage } from '../../lib/experiment.ts'
import { appendLine } from '../../lib/files.ts'
import { attemptFolder } from '../../lib/places.ts'
import { failureRef, resultRef } from '../../lib/refs.ts'
import { transferLfs } from '../../lib/remote/beside-git.ts'
import type { LeasedUpdate } from '../../lib/remote/leased-push.ts'
import { collect } from '../collect.ts'
import type { End } from '../end-of-run.ts'
import type { Work } from '../job.ts'
import { commitResult } from '../publish.ts'
import { OUR_PREFIX } from '../run-log.ts'
import { ensureWorkplace } from '../workplace/slot.ts'
import type { Claimed } from './claim-job.ts'
import type { Letter } from './outbox.ts'
import { slotFor } from './run-snapshot.ts'
import type { Worker } from './worker.ts'

/** Makes all that is to be published of a run that has ended. `brought` is null where none began. */
export const finishJob = async (
  worker: Worker,
  claimed: Claimed,
  work: Work,
  end: End,
  brought: Brought | null,
): Promise<Letter> => {
  const log = join(attemptFolder(worker.places, work.id, work.attempt), 'log')
  const left =
    brought === null ? null : await collectAndCommit(worker, claimed, work, { end, brought })
  for (const text of left?.notes ?? []) appendLine(log, `${OUR_PREFIX}${text}`)
  appendLine(log, `${OUR_PREFIX}${end.state}${end.reason === null ? '' : `: ${end.reason.text}`}`)
  const isSuccess = end.state === 'succeeded'
  const result = left?.commit ?? null
  const outcome: ClusterOutcome = {
    attempt: work.attempt,
    state: end.state,
    exit_code: end.exitCode,
    signal: end.signal,
    reason: end.reason,
    started: end.startedAt === null ? null : isoTime(end.startedAt),
    ended: isoTime(end.endedAt),
    worker: claimed.node,
    host: worker.host,
    result: isSuccess ? result : null,
    failure: isSuccess ? null : result,
    resources: usageOf(end.usage),
  }
  const { baseline, name, attempt } = work
  const ref = isSuccess ? resultRef(baseline, name) : failureRef(baseline, name, attempt)
  const letter = await letterOf(claimed, outcome, readLog(log))
  if (result !== null) letter.updates.unshift({ ref, to: result, expect: null })
  return letter
}

/** What is published of a job that nobody is to run any more. */
export const letterOf = async (
  { clone, remote, exp, snapshot, claimOid, logOid }: LetterFacts,
  outcome: ClusterOutcome,
  log: Buffer,
): Promise<Letter> => {
  const to = await commitLog(clone, { log, outcome }, Date.parse(outcome.ended))
  const claim: LeasedUpdate[] =
    claimOid === null ? [] : [{ ref: jobRef(exp, 'claim'), to: null, expect: claimOid }]
  return {
    exp,
    remote,
    clone,
    updates: [
      { ref: jobRef(exp, 'log'), to, expect: logOid },
      ...claim,
      { ref: jobRef(exp, 'snapshot'), to: null, expect: snapshot },
    ],
  }
}

type LetterFacts = Pick<Claimed, 'clone' | 'remote' | 'exp' | 'snapshot' | 'logOid'> & {
  claimOid: string | null
}

const collectAndCommit = async (
  worker: Worker,
  { clone, remote }: Pick<Claimed, 'clone' | 'remote'>,
  work: Work,
  { end, brought }: { end: End; brought: Brought },
): Promise<{ commit: string; notes: string[] }> => {
  const slot = slotFor(worker, work)
  ensureWorkplace(slot)
  const { workplace, gitDir, index } = slot
  const site = { workplace, files: workplace, gitDir, index, usersSince: null, slot, laid: null }
  const { maxBlobBytes, keepIgnoredBytes } = worker.config
  const limits = { maxBlobBytes, keepIgnoredBytes }
  const collected = await collect(worker.places, site, work, brought, limits)
  const commit = await commitResult(worker.places.scratch, work, collected, {
    isSuccess: end.state === 'succeeded',
    endedAt: end.endedAt,
    exitCode: end.exitCode,
    signal: end.signal,
    durationSeconds: end.usage === null ? null : end.usage.ranMs / 1000,
  })
  const folders = { commonDir: clone, worktree: clone }
  const problem = await transferLfs('push', folders, remote, [commit])
  const notes = [...collected.notes, ...stayed(worker, work, collected.kept)]
  return { commit, notes: problem === null ? notes : [...notes, problem] }
}

/** What Git does not carry stays on this machine, and somebody may want it. */
const stayed = ({ places, host }: Worker, { id, attempt }: Work, kept: KeptFile[]): string[] => {
  if (kept.length === 0) return []
  const shown = kept.slice(0, SHOWN).map(({ path, bytes }) => `${path} (${bytes} bytes)`)
  const more = kept.length > SHOWN ? ` and ${kept.length - SHOWN} more` : ''
  const folder = join(attemptFolder(places, id, attempt), 'outputs')
  return [`not in Git, and kept on ${host} in ${folder}: ${shown.join(', ')}${more}`]
}

const SHOWN = 20

const usageOf = (usage: Usage | null): ClusterUsage | null =>
  usage && {
    seconds: usage.ranMs / 1000,
    cpu_seconds: usage.cpuMs === null ? null : usage.cpuMs / 1000,
    peak_memory: usage.peakBytes,
    peak_gpu_memory: usage.peakGpuBytes,
  }

const readLog = (file: string): Buffer => (existsSync(file) ? readFileSync(file) : Buffer.alloc(0))
