import { parseOverride } from '../overrides/parse.ts'
import { type Row, withKeys } from './row.ts'
import { textOf } from './text-of.ts'

/** Parameters that an override names, or that are not the same everywhere they are known. */
export const changedKeys = (rows: Row[]): string[] => {
  const keys = new Set<string>()
  for (const { experiment } of rows) {
    for (const text of experiment.overrides) keys.add(parseOverride(text).path.join('.'))
  }
  const known = rows.filter(({ params }) => params.size > 0)
  for (const key of paramKeys(known)) {
    const values = new Set(
      known.map(({ params }) => (params.has(key) ? textOf(params.get(key) ?? null) : '')),
    )
    if (values.size > 1) keys.add(key)
  }
  return [...keys].filter((key) => known.some(({ params }) => params.has(key)))
}

export const paramKeys = (rows: Row[]): string[] => [...withKeys(new Set(), rows, 'params')]

export const metricKeys = (rows: Row[]): string[] => [...withKeys(new Set(), rows, 'metrics')]
