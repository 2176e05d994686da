import { appended } from '../bracketed.ts'
import type { Entry } from '../format.ts'
import { lineEnd, lineStart, newlineOf, put, type Splice } from '../splice.ts'
import { bracketed, locate } from './locate.ts'
import { depthOf, isPath, type Statements, startsWith, type Table } from './statements.ts'
import { tomlKey, tomlText } from './write.ts'

/** Puts a new key behind the last of its table; the maps on the way to it are one dotted key. */
export const insertInto = (
  text: string,
  statements: Statements,
  path: string[],
  { keys, value }: Pick<Entry, 'keys' | 'value'>,
): Splice[] => {
  const located = locate(statements, path)
  const assigned = tomlText([...path, ...keys], value)
  if (located?.value.brackets === 'table') {
    return appended(bracketed(text, located.value), [`${tomlKey(keys)} = ${assigned}`])
  }
  return [newLine(text, statements, path, { keys, assigned })]
}

interface Line {
  keys: string[]
  assigned: string
}

const newLine = (
  text: string,
  { statements, tables }: Statements,
  path: string[],
  { keys, assigned }: Line,
): Splice => {
  const table = tables.findLast((one) => isPath(one.path, path))
  const inside = statements.filter((one) => startsWith(one.path, path))
  const own = inside.findLast((one) =>
    one.table === null ? path.length === 0 : one.table === table,
  )
  // Made by dotted keys alone, the map gets one more of them.
  const dotted = own ?? inside.findLast((one) => depthOf(one) < path.length)
  if (dotted !== undefined) {
    const key = [...path.slice(depthOf(dotted)), ...keys]
    return below(text, dotted.range, `${tomlKey(key)} = ${assigned}`)
  }
  const line = `${tomlKey(keys)} = ${assigned}`
  if (table !== undefined) return below(text, table.header, line)
  const next = tables.find((one) => startsWith(one.path, path))
  const newline = newlineOf(text)
  const header = path.length === 0 ? '' : `[${tomlKey(path)}]${newline}`
  if (next !== undefined)
    return put(aboveComments(text, next), `${header}${line}${newline}${newline}`)
  const gap = text === '' || text.endsWith('\n') ? '' : newline
  return put(text.length, `${gap}${header}${line}${newline}`)
}

const below = (text: string, [start, end]: [number, number], line: string): Splice => {
  const margin = /^[ \t]*/.exec(text.slice(lineStart(text, start), start))?.[0] ?? ''
  return put(lineEnd(text, end), newlineOf(text) + margin + line)
}

/** Above the comment lines that stand right on a table's header. */
const aboveComments = (text: string, { range }: Table): number => {
  let at = lineStart(text, range[0])
  while (at > 0 && /^[ \t]*#/.test(text.slice(lineStart(text, at - 1), at)))
    at = lineStart(text, at - 1)
  return at
}
