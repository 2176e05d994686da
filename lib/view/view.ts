import type { Plain } from '../params/plain.ts'
import { bestRows, declaredGoals, parseGoals } from './best.ts'
import { changedKeys, metricKeys, paramKeys } from './changed-keys.ts'
import { namedColumns, parseColumns, type ViewColumn, type ViewContext } from './columns.ts'
import { groupRows, spreads, withoutSeeds } from './group.ts'
import { holds } from './holds.ts'
import { cellOf, knownNames, type Row } from './row.ts'
import { parseSort, requireColumn, sortRows } from './sort.ts'
import { parseWhere } from './where.ts'

/** What `show` is asked for, in the words of its options. */
export interface ViewOptions {
  where?: string | undefined
  /** Metrics with commas; true for those that exp.yaml declares. */
  best?: string | true | undefined
  sort?: string | undefined
  cols?: string | undefined
  /** True for all changed parameters but seeds, else names with commas. */
  groupBy?: string | true | undefined
  allColumns?: boolean | undefined
}

/** A table of plain values, and what it leaves out. */
export interface View {
  columns: { head: string; isNumeric: boolean }[]
  lines: (Plain | undefined)[][]
  /** The experiments behind the lines, where each line is one. */
  rows: Row[]
  notes: string[]
}

/** Chooses, sorts and lays out rows. Throws `UserError` for what cannot be understood. */
export const makeView = (all: Row[], options: ViewOptions, context: ViewContext): View => {
  const rows = chooseRows(all, options, context.nowMs)
  if (options.groupBy !== undefined) return groupedView(rows, options, context.nowMs)
  const known = knownNames(all)
  const { columns, notes } =
    options.cols === undefined
      ? usualColumns(rows, options.allColumns === true || rows.length === 1, context.nowMs)
      : { columns: namedColumns(parseColumns(options.cols), known, context), notes: [] }
  return tableOf(rows, columns, notes)
}

/** What the experiments say about their metrics; the newest word holds. */
const goalsOf = (rows: Row[]): Record<string, 'max' | 'min'> =>
  Object.assign({}, ...rows.map(({ experiment }) => experiment.goal).toReversed())

/** Filters, takes the best, sorts. */
export const chooseRows = (all: Row[], options: ViewOptions, nowMs: number): Row[] => {
  if ([options.where, options.best, options.sort].every((one) => one === undefined)) return all
  const known = knownNames(all)
  const goals = goalsOf(all)
  const lookUp = (row: Row, name: string) => cellOf(row, name, nowMs)
  let rows = all
  if (options.where !== undefined) {
    const condition = parseWhere(options.where, known)
    rows = rows.filter((row) => holds(condition, row, nowMs))
  }
  if (options.best !== undefined) {
    const wanted =
      options.best === true ? declaredGoals(goals) : parseGoals(options.best, goals, known)
    rows = bestRows(rows, wanted, lookUp)
  }
  if (options.sort === undefined || options.groupBy !== undefined) return rows
  const keys = parseSort(options.sort, goals)
  for (const { name } of keys) requireColumn(name, known)
  return sortRows(rows, keys, lookUp)
}

/** Of a single experiment every parameter: none of them differs from another. */
const usualColumns = (
  rows: Row[],
  isAll: boolean,
  nowMs: number,
): { columns: ViewColumn[]; notes: string[] } => {
  const every = paramKeys(rows)
  const keys = isAll ? every : changedKeys(rows)
  const hidden = every.length - keys.length
  const named = (name: string): ViewColumn => ({
    head: name,
    cellOf: (row) => cellOf(row, name, nowMs),
  })
  return {
    columns: [
      { ...named('number'), head: '#' },
      named('name'),
      named('state'),
      ...keys.map((key) => ({ head: key, cellOf: (row: Row) => row.params.get(key) })),
      ...metricKeys(rows).map((key) => ({
        head: key,
        cellOf: (row: Row) => row.metrics.get(key),
      })),
    ],
    notes:
      hidden === 0
        ? []
        : [
            `unchanged and not shown: ${hidden} parameter${hidden === 1 ? '' : 's'} (--all-columns)`,
          ],
  }
}

const tableOf = (rows: Row[], columns: ViewColumn[], notes: string[]): View => {
  const lines = rows.map((row) => columns.map((column) => column.cellOf(row)))
  return {
    columns: columns.map(({ head }, i) => ({ head, isNumeric: isNumeric(lines, i) })),
    lines,
    rows,
    notes,
  }
}

const isNumeric = (lines: (Plain | undefined)[][], column: number): boolean =>
  lines.every((line) => {
    const value = line[column]
    return value === undefined || value === null || ['number', 'bigint'].includes(typeof value)
  })

/** One line a group: what its experiments share, how many they are, and the spread of each metric. */
const groupedView = (rows: Row[], options: ViewOptions, nowMs: number): View => {
  const known = knownNames(rows)
  const names =
    options.groupBy === true
      ? withoutSeeds(changedKeys(rows))
      : (options.groupBy ?? '').split(',').map((name) => name.trim())
  for (const name of names) requireColumn(name, known)
  const groups = groupRows(rows, names, nowMs)
  const metrics = metricKeys(rows)
  const heads = [
    ...names,
    'n',
    ...metrics.flatMap((key) => [`${key} mean`, `${key} sd`, `${key} min`, `${key} max`]),
  ]
  const lines = groups.map((group) => {
    const own = spreads(group)
    return [
      ...group.values.values(),
      group.rows.length,
      ...metrics.flatMap((key) => {
        const spread = own.get(key)
        return [spread?.mean, spread?.sd, spread?.min, spread?.max]
      }),
    ]
  })
  // A metric alone is its mean, with its best first where a goal says which that is.
  const keys = (options.sort === undefined ? [] : parseSort(options.sort, goalsOf(rows))).map(
    (key) => (metrics.includes(key.name) ? { ...key, name: `${key.name} mean` } : key),
  )
  for (const { name } of keys) requireColumn(name, new Set(heads))
  const sorted = sortRows(lines, keys, (line, name) => line[heads.indexOf(name)])
  return {
    columns: heads.map((head, i) => ({ head, isNumeric: isNumeric(sorted, i) })),
    lines: sorted,
    rows: [],
    notes: [],
  }
}
