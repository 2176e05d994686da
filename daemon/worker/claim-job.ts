import { randomUUID } from 'node:crypto'
import { isoTime } from '../../lib/clock.ts'
import { type Claim, printClaim } from '../../lib/cluster/claim.ts'
import { commitMessage } from '../../lib/cluster/job-commits.ts'
import type { JobPayload } from '../../lib/cluster/job-message.ts'
import { jobRef } from '../../lib/cluster/job-refs.ts'
import { nextAttempt } from '../../lib/cluster/job-state.ts'
import { readJobs, type SeenJob } from '../../lib/cluster/read-jobs.ts'
import { leasedPush } from '../../lib/remote/leased-push.ts'
import type { Worker } from './worker.ts'

/** A job as a worker came to know it: its message, and where its remote's copy is. */
export interface Delivered extends JobPayload {
  /** The Celery worker that it was delivered to. */
  node: string
  clone: string
}

/** A job that is this worker's own, until somebody else takes the claim over. */
export interface Claimed extends Delivered {
  claim: Claim
  /** The commit that the claim is, which nobody else can make. */
  claimOid: string
  /** Of this submission, this one counted. */
  claims: number
  /** What `log` was when it was claimed. */
  logOid: string | null
}

/** Fetches a job's refs; null where the remote has none. Throws `UserError` where it is out of reach. */
export const lookAtJob = async (
  { name }: Pick<Worker, 'name'>,
  { clone, remote, exp }: Pick<Delivered, 'clone' | 'remote' | 'exp'>,
): Promise<SeenJob | null> => (await readJobs(clone, { remote, key: name }, [exp])).get(exp) ?? null

/** The claims of this submission, the oldest first. */
export const claimsOf = ({ state }: SeenJob): Claim[] =>
  state.is === 'running' ? state.claims : []

/** Makes a job this worker's by compare and swap; null if another was faster. */
export const claimJob = async (
  { host, clock }: Pick<Worker, 'host' | 'clock'>,
  delivered: Delivered,
  job: SeenJob,
): Promise<Claimed | null> => {
  const { clone, remote, exp, node } = delivered
  const earlier = claimsOf(job)
  const now = clock()
  const claim: Claim = {
    attempt: nextAttempt(earlier, job.outcome),
    worker: node,
    host,
    at: isoTime(now),
    nonce: randomUUID(),
  }
  const parents = job.oids.claim === null ? [] : [job.oids.claim]
  const claimOid = await commitMessage(clone, printClaim(claim), { parents, atMs: now })
  const ref = jobRef(exp, 'claim')
  const pushed = await leasedPush(clone, remote, [{ ref, to: claimOid, expect: job.oids.claim }])
  if (pushed.is === 'stale') return null
  return { ...delivered, claim, claimOid, claims: earlier.length + 1, logOid: job.oids.log }
}

/** Gives a job back as if it had never been claimed; does nothing if it is another's by now. */
export const unclaim = async ({ clone, remote, exp, claimOid }: Claimed): Promise<void> => {
  await leasedPush(clone, remote, [{ ref: jobRef(exp, 'claim'), to: null, expect: claimOid }])
}
