import type { Claim } from './claim.ts'
import type { ClusterOutcome } from './outcome.ts'

/** Where a job stands, as its refs tell it. */
export type JobState =
  /** The remote has nothing of it. */
  | { is: 'absent' }
  | { is: 'queued' }
  /** All claims of this submission, the oldest first; what is not the last was lost. */
  | { is: 'running'; claims: Claim[] }
  | { is: 'ended'; outcome: ClusterOutcome; claims: Claim[] }

/**
 * Reads a job's state off its refs. A snapshot means that it is submitted and has not ended: an outcome
 * beside it is that of an earlier submission, and gives only the number that attempts go on from.
 */
export const jobState = (found: {
  hasSnapshot: boolean
  claims: Claim[]
  outcome: ClusterOutcome | null
}): JobState => {
  const { hasSnapshot, claims, outcome } = found
  if (hasSnapshot) return claims.length > 0 ? { is: 'running', claims } : { is: 'queued' }
  return outcome === null ? { is: 'absent' } : { is: 'ended', outcome, claims }
}

/** The number of the next attempt. */
export const nextAttempt = (claims: Claim[], outcome: ClusterOutcome | null): number =>
  (claims.at(-1)?.attempt ?? outcome?.attempt ?? 0) + 1
