import type { Plain } from '../params/plain.ts'
import { metricKeys } from './changed-keys.ts'
import type { Row } from './row.ts'
import { cellOf } from './row.ts'
import { textOf } from './text-of.ts'

/** A set of experiments that differ in nothing but what they were not grouped by. */
export interface Group {
  /** What they have in common, in the order it was asked for. */
  values: Map<string, Plain | undefined>
  rows: Row[]
}

/** A metric over a group. `sd` is the sample's, undefined for one. */
export interface Spread {
  mean: number
  sd: number | undefined
  min: number
  max: number
}

const SEED = /(?:^|[._])seed$/i

/** What one groups by without being told: every changed parameter that is no seed. */
export const withoutSeeds = (keys: string[]): string[] => keys.filter((key) => !SEED.test(key))

/** Experiments together that agree in these names, groups in the order of their first member. */
export const groupRows = (rows: Row[], names: string[], nowMs: number): Group[] => {
  const groups = new Map<string, Group>()
  for (const row of rows) {
    const values = new Map(names.map((name) => [name, cellOf(row, name, nowMs)]))
    const key = JSON.stringify(
      [...values.values()].map((value) => (value === undefined ? null : textOf(value))),
    )
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { values, rows: [row] })
    else group.rows.push(row)
  }
  return [...groups.values()]
}

/** Each numeric metric over those of a group that have it. */
export const spreads = ({ rows }: Group): Map<string, Spread> => {
  const all = new Map<string, Spread>()
  for (const key of metricKeys(rows)) {
    const values = rows
      .map(({ metrics }) => metrics.get(key))
      .filter((value) => typeof value === 'number' || typeof value === 'bigint')
      .map(Number)
    if (values.length > 0) all.set(key, spreadOf(values))
  }
  return all
}

const spreadOf = (values: number[]): Spread => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return {
    mean,
    sd: values.length < 2 ? undefined : Math.sqrt(squares / (values.length - 1)),
    min: Math.min(...values),
    max: Math.max(...values),
  }
}
