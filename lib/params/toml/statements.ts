import type { AST } from 'toml-eslint-parser'

/** A `key = value`, by the whole path of its key. */
export interface Statement {
  path: string[]
  node: AST.TOMLKeyValue
  /** The table it stands under; null before the first one. */
  table: Table | null
}

/** A `[table]`, or an item that `[[table]]` adds: then the last part of its path is a number. */
export interface Table {
  path: string[]
  node: AST.TOMLTable
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
      statements.push({ path: keyParts(node.key), node, table: null })
      continue
    }
    const table = { path: node.resolvedKey.map(String), node }
    tables.push(table)
    for (const inner of node.body) {
      statements.push({ path: [...table.path, ...keyParts(inner.key)], node: inner, table })
    }
  }
  return { statements, tables }
}

export const keyParts = ({ keys }: AST.TOMLKey): string[] =>
  keys.map((key) => (key.type === 'TOMLBare' ? key.name : key.value))

export const startsWith = (path: string[], start: string[]): boolean =>
  path.length >= start.length && start.every((part, at) => path[at] === part)

export const isPath = (path: string[], other: string[]): boolean =>
  path.length === other.length && startsWith(path, other)
