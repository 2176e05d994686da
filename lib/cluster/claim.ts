import { UserError } from '../errors.ts'

/** Who runs an attempt: one commit of the claim's chain says so in its message. */
export interface Claim {
  /**
   * The parent's and one more. The first of a submission is one more than the attempt of the outcome in
   * `log`, where an earlier submission has left one.
   */
  attempt: number
  worker: string
  host: string
  /** ISO 8601. */
  at: string
  /** Makes each claim a commit of its own. */
  nonce: string
}

export const printClaim = ({ attempt, worker, host, at, nonce }: Claim): string =>
  `${JSON.stringify({ attempt, worker, host, at, nonce })}\n`

/** Reads a claim's message. Throws `UserError`: anybody who may push may have written it. */
export const parseClaim = (message: string): Claim => {
  const claim = parseLine(message)
  const { attempt, worker, host, at, nonce } = claim
  const isWhole =
    typeof attempt === 'number' &&
    Number.isSafeInteger(attempt) &&
    attempt > 0 &&
    [worker, host, nonce].every(isShortText) &&
    typeof at === 'string' &&
    !Number.isNaN(Date.parse(at))
  if (!isWhole) throw malformed('claim')
  return { attempt, worker, host, at, nonce } as Claim
}

/** Who asked for a stop, and when. */
export interface Cancel {
  by: string
  at: string
}

export const printCancel = ({ by, at }: Cancel): string => `${JSON.stringify({ by, at })}\n`

export const parseCancel = (message: string): Cancel => {
  const { by, at } = parseLine(message)
  if (!isShortText(by) || typeof at !== 'string') throw malformed('cancel')
  return { by, at } as Cancel
}

const parseLine = (message: string): Record<string, unknown> => {
  try {
    const value: unknown = JSON.parse(message)
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
  } catch {
    // It is no JSON.
  }
  throw malformed('commit')
}

const isShortText = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= 255 && !/\p{Cc}/u.test(value)

const malformed = (what: string): UserError =>
  new UserError('remote', `the remote has a ${what} of a job that is malformed`)
