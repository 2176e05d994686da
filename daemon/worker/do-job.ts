import { setTimeout as wait } from 'node:timers/promises'
import { isoTime } from '../../lib/clock.ts'
import { readPayload } from '../../lib/cluster/job-message.ts'
import type { ClusterOutcome } from '../../lib/cluster/outcome.ts'
import type { SeenJob } from '../../lib/cluster/read-jobs.ts'
import { readClusterKey } from '../../lib/cluster/sign.ts'
import { UserError } from '../../lib/errors.ts'
import type { Reason } from '../../lib/experiment.ts'
import { isAllowedRemote } from '../../lib/worker/allowed-remotes.ts'
import { stopText } from '../end-of-run.ts'
import { note } from '../events.ts'
import {
  type Claimed,
  claimJob,
  claimsOf,
  type Delivered,
  lookAtJob,
  unclaim,
} from './claim-job.ts'
import { openClone, rememberBaseline, tidyClone } from './clone.ts'
import { finishJob, letterOf } from './finish-job.ts'
import { isHolderAlive } from './former-holder.ts'
import type { Leash, Order } from './leash.ts'
import { forgetCurrent, noteCurrent } from './leftovers.ts'
import { type Letter, putLetter, sendLetter } from './outbox.ts'
import { runSnapshot, workOf } from './run-snapshot.ts'
import { countStreak, isQuickFailure } from './streak.ts'
import { trimRuns } from './trim-runs.ts'
import { watchClaim } from './watch-claim.ts'
import type { Worker } from './worker.ts'

/**
 * What becomes of the message: it is `done` with, be it by this worker or by an earlier one; it is
 * `not-mine`, as another worker has the job; it is to come again `later`; this worker can do nothing
 * with it and another may (`not-here`); it is `given-back` unharmed; or the attempt was `lost`.
 */
export type Verdict = 'done' | 'not-mine' | 'later' | 'not-here' | 'given-back' | 'lost'

/** So many attempts may be lost of one submission. */
const MOST_CLAIMS = 3

/** Does one job, from its message to its published outcome. Throws what is a fault of ours. */
export const doJob = async (worker: Worker, order: Order, leash: Leash): Promise<Verdict> => {
  let delivered: Delivered
  try {
    delivered = await receive(worker, order)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    note('not-here', { problem: error.message, next: error.hint })
    // One message that goes round is one refusal.
    if (order.retries === 0) countRefusal(worker, leash)
    return 'not-here'
  }
  try {
    return await attempt(worker, delivered, leash)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    note('later', { exp: delivered.exp, problem: error.message, next: error.hint })
    return 'later'
  }
}

const receive = async (worker: Worker, { node, payload }: Order): Promise<Delivered> => {
  const read = readPayload(payload, readClusterKey(worker.config.clusterKey))
  if (!isAllowedRemote(read.remote, worker.config.workerRemotes)) {
    throw new UserError(
      'remote',
      `this worker may not use the remote ${read.remote}`,
      `git config --global --add exp.workerRemotes ${read.remote}`,
    )
  }
  return { ...read, node, clone: await openClone(worker, read.remote, read.snapshot) }
}

const attempt = async (worker: Worker, delivered: Delivered, leash: Leash): Promise<Verdict> => {
  const { exp, name } = delivered
  const job = await lookAtJob(worker, delivered)
  if (job?.problem) throw new UserError('remote', job.problem)
  if (job === null || job.oids.snapshot !== delivered.snapshot) {
    note('already-done', { exp, name })
    return 'done'
  }
  const claims = claimsOf(job)
  const holder = claims.at(-1)
  if (holder !== undefined && (await isHolderAlive(worker, delivered, holder, leash))) {
    note('held', { exp, name, by: holder.worker })
    return 'later'
  }
  if (job.cancel !== null) {
    const text = `${stopText(job.cancel.by)} before it started`
    return end(worker, delivered, job, { state: 'stopped', reason: { code: 'user', text } })
  }
  if (claims.length >= MOST_CLAIMS) {
    const text = `${claims.length} workers died over it`
    return end(worker, delivered, job, { state: 'lost', reason: { code: 'lost-supervisor', text } })
  }
  const claimed = await claimJob(worker, delivered, job)
  if (claimed === null) return 'later'
  await rememberBaseline(delivered.clone, delivered.baseline)
  return runClaimed(worker, claimed, leash)
}

const runClaimed = async (worker: Worker, claimed: Claimed, leash: Leash): Promise<Verdict> => {
  const watch = watchClaim(worker, claimed, leash)
  try {
    // It may have been ended or cancelled since it was looked at.
    await watch.look()
    const work = await workOf(claimed).catch(wrongSnapshot)
    if ('problem' in work) return await refuse(worker, claimed, work.problem, leash)
    noteCurrent(worker, work)
    const ran = watch.signal.aborted
      ? { is: 'given-up' as const }
      : await runSnapshot(worker, work, { watch, leash, remote: claimed.remote })
    if (ran.is === 'given-up') return await giveUp(claimed, watch.word()?.is ?? 'told')
    if (ran.is === 'lost' && claimed.claims < MOST_CLAIMS) return 'lost'
    const { end, brought } = ran
    const letter = await finishJob(worker, claimed, work, end, brought)
    await putLetter(worker, letter)
    const why = countStreak(worker, isQuickFailure(end.state, end))
    if (why !== null) leash.say({ pause: why })
    return await publish(worker, letter, leash)
  } finally {
    watch.rest()
    forgetCurrent(worker)
    await tidy(worker, claimed)
  }
}

/** Of a snapshot that no worker can run, why. */
const wrongSnapshot = (error: unknown): { problem: string } => {
  if (!(error instanceof UserError)) throw error
  return { problem: error.message }
}

const refuse = async (
  worker: Worker,
  claimed: Claimed,
  text: string,
  leash: Leash,
): Promise<Verdict> => {
  const { attempt: number, worker: node, host } = claimed.claim
  const reason: Reason = { code: 'missing-object', text }
  const outcome = { ...NOTHING, state: 'refused' as const, reason, attempt: number }
  const ended = isoTime(worker.clock())
  const log = Buffer.from(`[git exp] refused: ${text}\n`)
  const letter = await letterOf(claimed, { ...outcome, ended, worker: node, host }, log)
  await putLetter(worker, letter)
  return publish(worker, letter, leash)
}

/** Of a job that did not run. */
const NOTHING = {
  exit_code: null,
  signal: null,
  started: null,
  result: null,
  failure: null,
  resources: null,
}

/** Whatever goes wrong with it, the job has its verdict. */
const tidy = async (worker: Worker, { clone }: Claimed): Promise<void> => {
  try {
    await tidyClone(clone)
    trimRuns(worker)
  } catch (error) {
    note('trouble', { error: String((error as Error).stack) })
  }
}

const giveUp = async (claimed: Claimed, why: string): Promise<Verdict> => {
  if (why === 'fenced') return 'not-mine'
  // Who lost the leash counts as a lost attempt, or a machine that kills workers would go on for ever.
  if (why !== 'told') return 'lost'
  await unclaim(claimed)
  return 'given-back'
}

/** Tries until the remote takes it, this worker is told to end, or the leash is cut. */
const publish = async (worker: Worker, letter: Letter, leash: Leash): Promise<Verdict> => {
  let isTold = false
  process.on('SIGTERM', () => {
    isTold = true
  })
  for (let pause = 250; ; pause = Math.min(2 * pause, worker.retryMs)) {
    const answer = await sendLetter(worker, letter)
    if (answer !== 'away') return answer === 'published' ? 'done' : 'not-mine'
    if (isTold || leash.cut.aborted) return 'later'
    await wait(pause, undefined, { signal: leash.cut }).catch(() => {})
  }
}

/** Ends a job that is not run, with what its last claim tells of it. */
const end = async (
  worker: Worker,
  delivered: Delivered,
  job: SeenJob,
  how: Pick<ClusterOutcome, 'state' | 'reason'>,
): Promise<Verdict> => {
  const last = claimsOf(job).at(-1)
  const outcome: ClusterOutcome = {
    ...NOTHING,
    ...how,
    attempt: last?.attempt ?? job.outcome?.attempt ?? 0,
    ended: isoTime(worker.clock()),
    worker: last?.worker ?? null,
    host: last?.host ?? null,
  }
  const { claim, log } = job.oids
  const text = `[git exp] ${how.state}: ${how.reason?.text ?? ''}\n`
  const facts = { ...delivered, claimOid: claim, logOid: log }
  const letter = await letterOf(facts, outcome, Buffer.from(text))
  const answer = await sendLetter(worker, letter)
  return answer === 'away' ? 'later' : 'done'
}

const countRefusal = (worker: Worker, leash: Leash): void => {
  const why = countStreak(worker, 'refused')
  if (why !== null) leash.say({ pause: why })
}
