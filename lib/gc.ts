import { lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { UserError } from './errors.ts'
import { type Experiment, isEnded, type State } from './experiment.ts'
import { readAge } from './selection.ts'
import { sizeBytes } from './spec/amount.ts'

/** Of which experiments what they hold is freed; what is given must all hold. */
export interface Policy {
  /** A duration: of those that ended so long ago. */
  older?: string
  /** Not of the newest so many. */
  keep?: string
  /** A size: of those that hold more. */
  larger?: string
  /** States with commas. */
  state?: string
  /** Of all that have ended. */
  all?: boolean
}

/** What one experiment holds besides its record and its result. */
export interface Holding {
  experiment: Experiment
  /** Of its files in the store. */
  fileBytes: number
  /** How many attempts left what is under `refs/git-exp/failures/`. */
  failures: number
  workplaceBytes: number
}

const ENDED: State['is'][] = [
  ...(['succeeded', 'failed', 'stopped', 'timed-out', 'lost', 'refused', 'skipped'] as const),
]

/**
 * What a policy frees, newest first. Never of what is queued or running, is starred, or is waited
 * for by another. Without any policy nothing. Throws `UserError` for what cannot be understood.
 */
export const holdingsToFree = (all: Experiment[], policy: Policy, nowMs: number): Holding[] => {
  const { older, keep, larger, state } = policy
  if (policy.all !== true && [older, keep, larger, state].every((one) => one === undefined)) {
    return []
  }
  const age = older === undefined ? Number.NEGATIVE_INFINITY : readAge(older)
  const least = larger === undefined ? 0 : readSize(larger)
  const states = state === undefined ? ENDED : readStates(state)
  const waitedFor = new Set(
    all.filter((one) => !isEnded(one.state)).flatMap(({ after }) => after.map(({ id }) => id)),
  )
  return all
    .filter((one) => isEnded(one.state))
    .toSorted((a, b) => endOf(b) - endOf(a))
    .slice(keep === undefined ? 0 : readCount(keep))
    .filter(
      (one) =>
        nowMs - endOf(one) > age &&
        states.includes(one.state.is) &&
        !one.starred &&
        !waitedFor.has(one.id),
    )
    .map(holdingOf)
    .filter(({ fileBytes, failures, workplaceBytes }) => {
      const bytes = fileBytes + workplaceBytes
      return larger === undefined ? bytes + failures > 0 : bytes > least
    })
}

const endOf = ({ state }: Experiment): number => ('endedAt' in state ? state.endedAt : 0)

const holdingOf = (experiment: Experiment): Holding => ({
  experiment,
  fileBytes: experiment.kept
    .filter(({ dropped }) => dropped !== true)
    .reduce((sum, { bytes }) => sum + bytes, 0),
  failures: experiment.attempts.filter(
    ({ state, result }) => state !== null && state !== 'succeeded' && result !== null,
  ).length,
  workplaceBytes: experiment.workplace === null ? 0 : bytesBelow(experiment.workplace),
})

/** Follows no link; what is gone or cannot be read counts for nothing. */
const bytesBelow = (folder: string): number => {
  try {
    return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
      const path = join(folder, entry.name)
      return sum + (entry.isDirectory() ? bytesBelow(path) : lstatSync(path).size)
    }, 0)
  } catch {
    return 0
  }
}

const readSize = (text: string): number => {
  const bytes = sizeBytes(text)
  if (bytes !== null) return bytes
  throw new UserError('usage', `“${text}” is no size`, 'write it like 500M or 2G')
}

const readCount = (text: string): number => {
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new UserError('usage', `--keep is how many to spare, not “${text}”`)
}

const readStates = (text: string): State['is'][] =>
  text.split(',').map((part) => {
    const found = ENDED.find((state) => state === part.trim())
    if (found !== undefined) return found
    throw new UserError(
      'usage',
      `“${part}” is no state of an end`,
      `there are: ${ENDED.join(', ')}`,
    )
  })
