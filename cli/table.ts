/** One column: its head, its cells, and on which side they stand. */
export interface Column {
  head: string
  cells: string[]
  align?: 'left' | 'right'
}

/** A table without lines, which `grep` and `awk` can read; trailing blanks are left out. */
export const printTable = (columns: Column[], width: number | null): string => {
  const rows = columns[0]?.cells.length ?? 0
  const widths = columns.map(({ head, cells }) => Math.max(head.length, ...cells.map(lengthOf)))
  const line = (cellOf: (column: Column) => string): string => {
    const cells = columns.map((column, i) => {
      const cell = cellOf(column)
      const blanks = ' '.repeat(Math.max(0, (widths[i] ?? 0) - lengthOf(cell)))
      return column.align === 'right' ? blanks + cell : cell + blanks
    })
    const text = cells.join('  ').trimEnd()
    return width !== null && text.length > width ? `${text.slice(0, width - 1)}…` : text
  }
  const lines = [line(({ head }) => head)]
  for (let row = 0; row < rows; row++) lines.push(line(({ cells }) => cells[row] ?? ''))
  return `${lines.join('\n')}\n`
}

/** As many columns, from the left, as a width has room for, and how many it has not. */
export const fitColumns = (
  columns: Column[],
  width: number | null,
): { fitting: Column[]; left: number } => {
  if (width === null) return { fitting: columns, left: 0 }
  let used = 0
  const fitting = columns.filter(({ head, cells }, i) => {
    used += Math.max(head.length, ...cells.map(lengthOf)) + (i > 0 ? 2 : 0)
    // The first three say which experiment it is and how it stands.
    return i < 3 || used <= width
  })
  return { fitting, left: columns.length - fitting.length }
}

const lengthOf = (cell: string): number =>
  HAS_PAIRS.test(cell) ? Array.from(cell).length : cell.length

/** Half of a character that takes two. */
const HAS_PAIRS = /[\ud800-\udfff]/

/** The width of the terminal that output goes to, or null where it goes elsewhere. */
export const terminalWidth = (): number | null =>
  process.stdout.isTTY === true ? process.stdout.columns : null

/** A text from outside on one line, without what would steer a terminal. */
export const plainText = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is replaced.
  text.replace(/[\x00-\x1f\x7f-\x9f]/g, '�')
