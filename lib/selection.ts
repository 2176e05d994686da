import { UserError } from './errors.ts'
import { type Experiment, isEnded, type State } from './experiment.ts'
import { durationMs } from './spec/amount.ts'
import { holds } from './view/holds.ts'
import { knownNames, rowOf } from './view/row.ts'
import { parseWhere } from './view/where.ts'

/** Which experiments a verb is about, where they are not named; what is given must all hold. */
export interface Selection {
  failed?: boolean
  /** A duration such as `30d`: of what ended so long ago. */
  older?: string
  /** A condition as `show` takes it. */
  where?: string
}

/** The states of what went wrong by itself; what was stopped or skipped did not. */
const FAILED: State['is'][] = ['failed', 'timed-out', 'lost', 'refused']

export const hasFailed = ({ state }: Experiment): boolean => FAILED.includes(state.is)

/** Those that are meant, in their order. Throws `UserError` for what cannot be understood. */
export const selectExperiments = (
  all: Experiment[],
  { failed, older, where }: Selection,
  nowMs: number,
): Experiment[] => {
  const age = older === undefined ? null : readAge(older)
  const isLike = where === undefined ? () => true : likeness(all, where, nowMs)
  return all.filter(
    (one) =>
      (failed !== true || hasFailed(one)) &&
      (age === null || (isEnded(one.state) && nowMs - one.state.endedAt > age)) &&
      isLike(one),
  )
}

const likeness = (
  all: Experiment[],
  where: string,
  nowMs: number,
): ((one: Experiment) => boolean) => {
  const rows = new Map(all.map((one) => [one, rowOf(one)]))
  const condition = parseWhere(where, knownNames([...rows.values()]))
  return (one) => {
    const row = rows.get(one)
    return row !== undefined && holds(condition, row, nowMs)
  }
}

/** Reads a duration. Throws `UserError` for anything else. */
export const readAge = (text: string): number => {
  const ms = durationMs(text)
  if (ms !== null) return ms
  throw new UserError('usage', `“${text}” is no duration`, 'write it like 30d, 12h or 90m')
}
