import { stateText } from '../lib/describe.ts'
import type { Plain } from '../lib/params/plain.ts'
import type { Row } from '../lib/view/row.ts'
import type { View } from '../lib/view/view.ts'
import { type Column, fitColumns, plainText, printTable, terminalWidth } from './table.ts'
import { valueText } from './value-text.ts'

/** A view as people read it: the table, and lines about what it leaves out. */
export interface ViewText {
  table: string
  notes: string
}

/** Prints what is shown of a whole view; `total` is how many experiments there are. */
export const viewText = (
  view: View,
  of: { whole: View; total: number; isWide: boolean; nowMs: number },
): ViewText => {
  if (of.total === 0) {
    return { table: '', notes: 'there is no experiment in this repository yet\n' }
  }
  if (view.lines.length === 0) {
    return { table: '', notes: `none of ${of.total} experiments is like that\n` }
  }
  const columns = view.columns.map(
    ({ head, isNumeric }, i): Column => ({
      head: plainText(head),
      cells: view.lines.map((line, at) => cellText(view.rows[at], head, line[i], of.nowMs)),
      align: isNumeric ? 'right' : 'left',
    }),
  )
  const width = of.isWide ? null : terminalWidth()
  const { fitting, left } = fitColumns(columns, width)
  const more = of.whole.lines.length - view.lines.length
  const notes = [
    ...(more > 0 ? [`more experiments: ${more} (-n 0)`] : []),
    ...(left > 0 ? [`columns that do not fit: ${left} (--all-columns, --cols)`] : []),
    ...view.notes,
  ]
  return {
    table: printTable(fitting, width),
    notes: notes.map((note) => `… ${note}\n`).join(''),
  }
}

/** The state stands there in words; anything else as its value. */
const cellText = (
  row: Row | undefined,
  head: string,
  value: Plain | undefined,
  nowMs: number,
): string =>
  head === 'state' && row !== undefined
    ? plainText(stateText(row.experiment.state, nowMs))
    : valueText(value)
