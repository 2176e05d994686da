import { UserError } from '../errors.ts'
import type { EndedBadly, Reason, ReasonCode } from '../experiment.ts'

/** How a job ended, as `outcome` in the tree of its `log` says it. Times are ISO 8601. */
export interface ClusterOutcome {
  attempt: number
  state: 'succeeded' | EndedBadly
  exit_code: number | null
  signal: string | null
  /** Null for a success alone. */
  reason: Reason | null
  /** When the command started; null if it never did. */
  started: string | null
  ended: string
  /** Who ran it; null where nobody did. */
  worker: string | null
  host: string | null
  /** The commit under `refs/exps/`, of a success. */
  result: string | null
  /** The commit under `refs/git-exp/failures/`, of what did not succeed and left something. */
  failure: string | null
  resources: ClusterUsage | null
}

/** What the run took of its machine, in seconds and bytes. */
export interface ClusterUsage {
  seconds: number
  cpu_seconds: number | null
  peak_memory: number | null
  peak_gpu_memory: number | null
}

/** The names in the tree of a job's `log`. */
export const LOG_FILE = 'log'
export const OUTCOME_FILE = 'outcome'

const STATES = [
  'succeeded',
  'failed',
  'stopped',
  'timed-out',
  'lost',
  'refused',
  'skipped',
] as const

const REASON_CODES: Record<ReasonCode, true> = {
  exit: true,
  signal: true,
  oom: true,
  'not-found': true,
  'not-executable': true,
  timeout: true,
  user: true,
  superseded: true,
  dependency: true,
  'lost-supervisor': true,
  'lost-reboot': true,
  'workspace-changed': true,
  'missing-object': true,
  disk: true,
  'name-taken': true,
  remote: true,
}

const MAX_TEXT = 10_000

export const printOutcome = (outcome: ClusterOutcome): string => `${JSON.stringify(outcome)}\n`

/** Reads an outcome. Throws `UserError`: anybody who may push may have written it. */
export const parseOutcome = (text: string): ClusterOutcome => {
  const found = parse(text)
  const { attempt, state, reason, exit_code: exitCode, signal, started, ended } = found
  const isWhole =
    isCount(attempt) &&
    STATES.some((known) => known === state) &&
    (state === 'succeeded' ? reason === null && isOid(found.result) : isReason(reason)) &&
    (exitCode === null || Number.isSafeInteger(exitCode)) &&
    (signal === null || isText(signal)) &&
    (state !== 'succeeded' || exitCode === 0) &&
    (state !== 'failed' || exitCode !== null || signal !== null) &&
    (started === null || isTime(started)) &&
    isTime(ended) &&
    [found.worker, found.host].every((one) => one === null || isName(one)) &&
    [found.result, found.failure].every((one) => one === null || isOid(one)) &&
    (found.resources === null || isUsage(found.resources))
  if (!isWhole) throw malformed()
  const outcome = found as unknown as ClusterOutcome
  return outcome.reason === null
    ? outcome
    : { ...outcome, reason: { ...outcome.reason, text: oneLine(outcome.reason.text) } }
}

const oneLine = (text: string): string => text.replace(/\p{Cc}+/gu, ' ')

const parse = (text: string): Record<string, unknown> => {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
  } catch {
    // It is no JSON.
  }
  throw malformed()
}

const isCount = (value: unknown): boolean =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0

const isText = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= MAX_TEXT

/** It is shown on terminals. */
const isName = (value: unknown): boolean =>
  isText(value) && value.length <= 255 && !/\p{Cc}/u.test(value)

const isOid = (value: unknown): boolean =>
  typeof value === 'string' && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(value)

const isTime = (value: unknown): boolean =>
  typeof value === 'string' && value.length <= 40 && !Number.isNaN(Date.parse(value))

const isReason = (value: unknown): boolean => {
  if (typeof value !== 'object' || value === null) return false
  const { code, text } = value as Record<string, unknown>
  return typeof code === 'string' && Object.hasOwn(REASON_CODES, code) && isText(text)
}

const isUsage = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  Object.entries(value).every(([, amount]) => amount === null || Number.isFinite(amount)) &&
  Number.isFinite((value as Record<string, unknown>).seconds)

const malformed = (): UserError =>
  new UserError('remote', 'the remote has an outcome of a job that is malformed')
