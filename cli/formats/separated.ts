import { textOf } from '../../lib/view/text-of.ts'
import type { View } from '../../lib/view/view.ts'

/** CSV as RFC 4180 has it, or the same with tabs; what is missing is an empty cell. */
export const printSeparated = ({ columns, lines }: View, separator: ',' | '\t'): string => {
  const rows = [
    columns.map(({ head }) => head),
    ...lines.map((line) =>
      line.map((value) => (value === undefined || value === null ? '' : textOf(value))),
    ),
  ]
  return rows
    .map((row) => `${row.map((cell) => quoted(cell, separator)).join(separator)}\n`)
    .join('')
}

const quoted = (cell: string, separator: string): string =>
  cell.includes(separator) || /["\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell
