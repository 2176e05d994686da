import { emptyObject, noteFloat, type Plain } from '../plain.ts'
import { plainAtom } from '../plain-of.ts'
import type { Atom } from '../tree.ts'
import { guessed } from './textual.ts'

/** The last whole row of a CSV or TSV file, by the names in its first; no row, no values. */
export const lastRow = (file: string, text: string): Plain => {
  let names: Cell[] | null = null
  let before: Cell[] = []
  let last: Cell[] = []
  for (const row of rowsOf(text, separatorOf(file))) {
    if (names !== null) [before, last] = [last, row]
    names ??= row
  }
  // A row that is being written has no line break yet.
  const isCut = !text.endsWith('\n') && last.length < (names?.length ?? 0)
  return valuesOf(names ?? [], isCut ? before : last)
}

/** Every whole row of a CSV or TSV file, by the names in its first. */
export const allRows = (file: string, text: string): { [key: string]: Plain }[] => {
  const [names = [], ...rows] = rowsOf(text, separatorOf(file))
  const whole =
    text.endsWith('\n') || rows.at(-1)?.length === names.length ? rows : rows.slice(0, -1)
  return whole.map((row) => valuesOf(names, row))
}

const separatorOf = (file: string): string => (file.toLowerCase().endsWith('.tsv') ? '\t' : ',')

const valuesOf = (names: Cell[], row: Cell[]): { [key: string]: Plain } => {
  const values = emptyObject()
  for (const [at, name] of names.entries()) {
    const cell = row[at]
    if (cell !== undefined && name.text !== '') fill(values, name.text, cell)
  }
  return values
}

export interface Cell {
  text: string
  isQuoted: boolean
}

const fill = (values: { [key: string]: Plain }, name: string, { text, isQuoted }: Cell): void => {
  const atom = guessed(text)
  values[name] = isQuoted ? text : plainCell(text, atom)
  if (!isQuoted && atom.type === 'float' && Number.isInteger(atom.value)) noteFloat(values, name)
}

const plainCell = (text: string, atom: Atom): Plain =>
  text === '' ? null : (plainAtom(atom) ?? null)

export function* rowsOf(text: string, separator: string): Generator<Cell[]> {
  const cell = new RegExp(
    `(?:"([^"]*(?:""[^"]*)*)"|([^${separator}\\r\\n]*))(${separator}|\\r?\\n|\\r|$)`,
    'y',
  )
  let row: Cell[] = []
  while (cell.lastIndex < text.length || row.length > 0) {
    const [, quoted, plain = '', end] = cell.exec(text) ?? []
    if (end === undefined) break
    row.push({ text: (quoted ?? plain).replaceAll('""', '"'), isQuoted: quoted !== undefined })
    if (end === separator) continue
    if (row.length > 1 || row[0]?.text !== '') yield row
    row = []
  }
}
