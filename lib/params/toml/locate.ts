import type { AST } from 'toml-eslint-parser'
import type { Bracketed } from '../bracketed.ts'
import { keyParts, type Statements, startsWith } from './statements.ts'

/** A value that stands behind an `=` or within brackets there. */
export interface Located {
  value: AST.TOMLContentNode
  /** The array or inline table around it, and which of its items it is; null behind a statement's `=`. */
  within: { brackets: Brackets; index: number } | null
}

type Brackets = AST.TOMLArray | AST.TOMLInlineTable

/** Null for what a table's header or dotted keys make: that has no value of its own in the text. */
export const locate = ({ statements }: Statements, path: string[]): Located | null => {
  const statement = statements.find((one) => startsWith(path, one.path))
  if (statement === undefined) return null
  const { value } = statement.node
  return descend({ value, within: null }, path.slice(statement.path.length))
}

export const bracketed = (text: string, brackets: Brackets): Bracketed => ({
  text,
  start: brackets.range[0],
  end: brackets.range[1],
  items: partsOf(brackets).map(({ range }) => range),
  comment: /#[^\n]*/,
})

const descend = (located: Located, rest: string[]): Located | null => {
  const { value: brackets } = located
  if (rest.length === 0) return located
  if (brackets.type === 'TOMLValue') return null
  if (brackets.type === 'TOMLArray') {
    const index = Number(rest[0])
    const value = brackets.elements[index]
    return value ? descend({ value, within: { brackets, index } }, rest.slice(1)) : null
  }
  for (const [index, { key, value }] of brackets.body.entries()) {
    const parts = keyParts(key)
    if (!startsWith(rest, parts)) continue
    return descend({ value, within: { brackets, index } }, rest.slice(parts.length))
  }
  return null
}

const partsOf = (brackets: Brackets): AST.TOMLNode[] =>
  brackets.type === 'TOMLArray' ? brackets.elements : brackets.body
