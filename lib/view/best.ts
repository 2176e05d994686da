import { UserError } from '../errors.ts'
import type { Plain } from '../params/plain.ts'
import { requireColumn } from './sort.ts'

/** A metric and which way is better. */
export interface Goal {
  metric: string
  better: 'max' | 'min'
}

/** What `goal:` of exp.yaml says, as `git exp best` and `@best` take it without being told more. */
export const declaredGoals = (goals: Record<string, 'max' | 'min'>): Goal[] => {
  const all = Object.entries(goals).map(([metric, better]) => ({ metric, better }))
  if (all.length > 0) return all
  throw new UserError(
    'usage',
    'nothing says what is best',
    'name a metric: git exp best acc:max, or put it under goal: in exp.yaml',
  )
}

/** Reads `acc`, `loss:min`, `acc:max,size:min`; without a direction `goal:` of exp.yaml must have one. */
export const parseGoals = (
  text: string,
  goals: Record<string, 'max' | 'min'>,
  known: Set<string>,
): Goal[] =>
  text.split(',').map((part) => {
    const match = /^\s*(.+?)(?::(max|min))?\s*$/.exec(part)
    const metric = match?.[1] ?? ''
    requireColumn(metric, known)
    const better = (match?.[2] as 'max' | 'min' | undefined) ?? goals[metric]
    if (better !== undefined) return { metric, better }
    throw new UserError(
      'usage',
      `nothing says whether ${metric || 'it'} is better large or small`,
      `say ${metric}:max or ${metric}:min, or put it under goal: in exp.yaml`,
    )
  })

/** Those that no other is at least as good as in every goal and better in one: the best, or the front. */
export const bestRows = <Row>(
  rows: Row[],
  goals: Goal[],
  cellOf: (row: Row, name: string) => Plain | undefined,
): Row[] => {
  const scored = rows.flatMap((row) => {
    const scores = goals.map(({ metric, better }) => {
      const value = cellOf(row, metric)
      const score = typeof value === 'number' || typeof value === 'bigint' ? Number(value) : NaN
      return better === 'max' ? score : -score
    })
    return scores.some(Number.isNaN) ? [] : [{ row, scores }]
  })
  return scored
    .filter(({ scores }) => !scored.some((other) => isBetter(other.scores, scores)))
    .map(({ row }) => row)
}

const isBetter = (a: number[], b: number[]): boolean =>
  a.every((score, i) => score >= (b[i] ?? 0)) && a.some((score, i) => score > (b[i] ?? 0))
