import type { Bracketed } from '../bracketed.ts'
import { type Statements, startsWith, type Written } from './statements.ts'

/** A value that stands behind an `=` or within brackets there. */
export interface Located {
  value: Written
  /** The array or inline table around it, and which of its parts it is; null right behind an `=`. */
  within: { brackets: Written; index: number } | null
}

/** Null for what a table's header or dotted keys make: that has no value of its own in the text. */
export const locate = ({ statements }: Statements, path: string[]): Located | null => {
  const statement = statements.find((one) => startsWith(path, one.path))
  if (statement === undefined) return null
  return descend({ value: statement.value, within: null }, path.slice(statement.path.length))
}

export const bracketed = (text: string, { range: [start, end], parts }: Written): Bracketed => ({
  text,
  start,
  end,
  items: parts.map(({ range }) => range),
  comment: /#[^\n]*/,
})

const descend = (located: Located, rest: string[]): Located | null => {
  const { value: brackets } = located
  if (rest.length === 0) return located
  for (const [index, { keys, value }] of brackets.parts.entries()) {
    const parts = brackets.brackets === 'array' ? [String(index)] : keys
    if (!startsWith(rest, parts)) continue
    return descend({ value, within: { brackets, index } }, rest.slice(parts.length))
  }
  return null
}
