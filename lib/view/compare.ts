import type { Plain } from '../params/plain.ts'
import type { Row } from './row.ts'
import { textOf } from './text-of.ts'

/** A value that is not the same in all of some experiments; undefined where one has none. */
export interface Difference {
  name: string
  values: (Plain | undefined)[]
  /** Of numbers: each less the first; null for the first, and where either is no number. */
  deltas: (number | null)[]
  /** Whether each is better than the first; null where nobody said which way is. */
  isBetter: (boolean | null)[]
}

/** What differs between experiments, the first of which is what the others are held against. */
export const compareRows = (
  rows: Row[],
  side: 'params' | 'metrics',
  goals: Record<string, 'max' | 'min'>,
): Difference[] => {
  const names = [...new Set(rows.flatMap((row) => [...row[side].keys()]))]
  return names
    .map((name) => ({ name, values: rows.map((row) => row[side].get(name)) }))
    .filter(({ values }) => new Set(values.map(asText)).size > 1)
    .map(({ name, values }) => {
      const deltas = values.map((value, i) => (i === 0 ? null : delta(values[0], value)))
      return {
        name,
        values,
        deltas,
        isBetter: deltas.map((change) =>
          judged(change, side === 'metrics' ? goals[name] : undefined),
        ),
      }
    })
}

/** Facts in words that differ: command, overrides, baseline and the like. */
export const compareFacts = (rows: Row[]): { name: string; values: string[] }[] =>
  [
    {
      name: 'command',
      values: rows.map(({ experiment: { command } }) => (command === null ? '' : textOf(command))),
    },
    { name: 'workdir', values: rows.map(({ experiment: { workdir } }) => workdir || '.') },
    { name: 'baseline', values: rows.map(({ experiment: { baseline } }) => baseline.slice(0, 10)) },
    { name: 'branch', values: rows.map(({ experiment: { branch } }) => branch ?? '') },
    { name: 'executor', values: rows.map(({ experiment: { executor } }) => executor ?? '') },
    { name: 'state', values: rows.map(({ experiment: { state } }) => state.is) },
    {
      name: 'kept outputs',
      values: rows.map(({ experiment: { kept } }) =>
        kept.map(({ path, sha256 }) => `${path} ${sha256.slice(0, 8)}`).join(', '),
      ),
    },
  ].filter(({ values }) => new Set(values).size > 1)

const asText = (value: Plain | undefined): string => (value === undefined ? '' : textOf(value))

const delta = (from: Plain | undefined, to: Plain | undefined): number | null => {
  const isNumber = (value: Plain | undefined) => ['number', 'bigint'].includes(typeof value)
  return isNumber(from) && isNumber(to) ? Number(to) - Number(from) : null
}

const judged = (change: number | null, goal: 'max' | 'min' | undefined): boolean | null =>
  change === null || goal === undefined || change === 0 || Number.isNaN(change)
    ? null
    : change > 0 === (goal === 'max')
