import type { View } from '../../lib/view/view.ts'
import { valueText } from '../value-text.ts'

/** A table for a pull request's comment. */
export const printMarkdown = ({ columns, lines }: View): string => {
  const rows = [
    columns.map(({ head }) => markdownText(head)),
    columns.map(({ isNumeric }) => (isNumeric ? '--:' : '---')),
    ...lines.map((line) => line.map((value) => markdownText(valueText(value)))),
  ]
  return rows.map((row) => `| ${row.join(' | ')} |\n`).join('')
}

/** Text for a cell or a line. Values come from anyone: no line break ends the row, no bar a cell, no tag becomes HTML. */
export const markdownText = (text: string): string =>
  text.replace(/[\r\n]+/g, ' ').replace(/[\\|`*_<>[\]]/g, '\\$&')
