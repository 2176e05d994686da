import type { AST } from 'toml-eslint-parser'
import type { Range } from '../tree.ts'

/** A value as it stands in the text. Not the parser's own node, which is ten times as big. */
export interface Written {
  range: Range
  brackets: 'array' | 'table' | null
  parts: Part[]
}

/** What stands between commas; an array's items have no key. */
export interface Part {
  range: Range
  keys: string[]
  value: Written
}

/** A `key = value`, by the whole path of its key. */
export interface Statement {
  path: string[]
  range: Range
  value: Written
  /** The table it stands under; null before the first one. */
  table: Table | null
}

/** A `[table]`, or an item that `[[table]]` adds: then the last part of its path is a number. */
export interface Table {
  path: string[]
  isItem: boolean
  header: Range
  range: Range
}

export interface Statements {
  statements: Statement[]
  tables: Table[]
}

export const statementsOf = ({ body: [top] }: AST.TOMLProgram): Statements => {
  const statements: Statement[] = []
  const tables: Table[] = []
  for (const node of top.body) {
    if (node.type === 'TOMLKeyValue') {
      statements.push(statementOf(node, null))
      continue
    }
    const table: Table = {
      path: node.resolvedKey.map(String),
      isItem: node.kind === 'array',
      header: node.key.range,
      range: node.range,
    }
    tables.push(table)
    statements.push(...node.body.map((inner) => statementOf(inner, table)))
  }
  return { statements, tables }
}

export const keyParts = ({ keys }: AST.TOMLKey): string[] =>
  keys.map((key) => (key.type === 'TOMLBare' ? key.name : key.value))

export const startsWith = (path: string[], start: string[]): boolean =>
  path.length >= start.length && start.every((part, at) => path[at] === part)

export const isPath = (path: string[], other: string[]): boolean =>
  path.length === other.length && startsWith(path, other)

/** How many parts of a statement's path its table's header names. */
export const depthOf = ({ table }: Statement): number => table?.path.length ?? 0

const statementOf = ({ key, value, range }: AST.TOMLKeyValue, table: Table | null): Statement => ({
  path: [...(table?.path ?? []), ...keyParts(key)],
  range,
  value: written(value),
  table,
})

const written = (node: AST.TOMLContentNode): Written => {
  const { range } = node
  if (node.type === 'TOMLValue') return { range, brackets: null, parts: NONE }
  if (node.type === 'TOMLArray') {
    const parts = node.elements.map((item) => ({
      range: item.range,
      keys: NONE,
      value: written(item),
    }))
    return { range, brackets: 'array', parts }
  }
  const parts = node.body.map((entry) => ({
    range: entry.range,
    keys: keyParts(entry.key),
    value: written(entry.value),
  }))
  return { range, brackets: 'table', parts }
}

const NONE: never[] = []
