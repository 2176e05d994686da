import { UserError } from '../errors.ts'
import type { Plain } from '../params/plain.ts'
import { REDUCER_NAMES, reduceSteps } from './reduce.ts'
import type { Row } from './row.ts'
import { cellOf } from './row.ts'
import type { Series } from './series.ts'
import { requireColumn } from './sort.ts'

/** A column of the table that `show` prints. */
export interface ViewColumn {
  head: string
  cellOf: (row: Row) => Plain | undefined
}

/** What columns look into besides the rows. */
export interface ViewContext {
  nowMs: number
  /** The steps of a row's metrics; empty where nothing asked for them. */
  stepsOf: (row: Row) => Series
}

/** A column as `--cols` names it: `lr`, `min(loss)`, `last(acc) as final`. */
export interface ColumnSpec {
  head: string
  name: string
  reducer: string | null
}

/** Reads `name,state,min(loss) as best,acc`. Throws `UserError` for a reducer that there is none of. */
export const parseColumns = (text: string): ColumnSpec[] =>
  text.split(',').map((part) => {
    const match = /^\s*(?:(\w+)\(\s*([^()]+?)\s*\)|([^()]+?))(?:\s+as\s+(.+?))?\s*$/.exec(part)
    if (match === null) {
      throw new UserError(
        'usage',
        `“${part.trim()}” is no column`,
        "columns look like: --cols 'name,state,lr,min(loss) as best'",
      )
    }
    const [, reducer = null, reduced, plain, alias] = match
    if (reducer !== null && !REDUCER_NAMES.includes(reducer)) {
      throw new UserError(
        'usage',
        `there is no ${reducer}() of a metric's steps`,
        `there are: ${REDUCER_NAMES.join(', ')}`,
      )
    }
    return { head: alias ?? part.trim(), name: reduced ?? plain ?? '', reducer }
  })

/** The columns of these specs; a name that no row has is an error that names the nearest. */
export const namedColumns = (
  specs: ColumnSpec[],
  known: Set<string>,
  context: ViewContext,
): ViewColumn[] =>
  specs.map(({ head, name, reducer }) => {
    if (reducer === null) {
      requireColumn(name, known)
      return { head, cellOf: (row) => cellOf(row, name, context.nowMs) }
    }
    return { head, cellOf: (row) => reduceSteps(reducer, context.stepsOf(row).get(name) ?? []) }
  })
