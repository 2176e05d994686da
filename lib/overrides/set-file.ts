import { UserError } from '../errors.ts'
import { openerFor } from '../params/format.ts'
import { rowsOf } from '../params/lines/rows.ts'
import { refuseBomb } from '../params/refuse-bomb.ts'
import type { Node } from '../params/tree.ts'
import { withinDepth } from '../params/within-depth.ts'
import { parseLiteral } from './literal.ts'
import type { Value } from './override.ts'
import { OverrideError } from './override-error.ts'
import { type ParsedOverride, parseOverride } from './parse.ts'

/**
 * Reads a file of overrides, one experiment a row: a YAML or JSON list of maps from keys to values,
 * or CSV with the keys in its first row, where an empty cell overrides nothing. Keys are those of
 * `-S`, with its prefixes and files; a value is one value, never a sweep. Throws `UserError`.
 */
export const readSetFile = async (file: string, text: string): Promise<ParsedOverride[][]> => {
  const body = text.startsWith('\uFEFF') ? text.slice(1) : text
  const rows = /\.[ct]sv$/i.test(file) ? readTable(file, body) : await readMaps(file, body)
  if (rows.length > 0) return rows
  throw new UserError('bad-override', `${file} has no rows, so there would be no experiment`)
}

const readTable = (file: string, text: string): ParsedOverride[][] => {
  const [head = [], ...rows] = rowsOf(text, /\.tsv$/i.test(file) ? '\t' : ',')
  return rows.map((cells, index) => {
    if (cells.length > head.length) {
      throw wrong(
        file,
        index,
        `it has ${cells.length} cells, and the first row ${head.length} keys`,
      )
    }
    return cells.flatMap((cell, at) => {
      if (cell.text === '' && !cell.isQuoted) return []
      const key = head[at]?.text.trim() ?? ''
      return inRow(file, index, () => parseLiteral(`${key}=${cell.text.trim()}`))
    })
  })
}

const readMaps = async (file: string, text: string): Promise<ParsedOverride[][]> => {
  if (!/\.(?:ya?ml|jsonc?)$/i.test(file)) {
    throw new UserError('usage', `${file} is neither YAML, JSON, CSV nor TSV`, FORM)
  }
  const open = await openerFor(file, text)
  return withinDepth(file, () => {
    const { node } = open(file, text).root
    refuseBomb(file, node)
    const { content } = node
    if (content.is !== 'list') throw new UserError('bad-override', `${file} is no list`, FORM)
    return content.items.map(({ node }, index) => {
      if (node.content.is !== 'map') throw wrong(file, index, 'it is no map of keys to values')
      return [...node.content.entries].map(([key, slot]) =>
        inRow(file, index, () => ofEntry(key, valueIn(file, index, slot.node))),
      )
    })
  })
}

const FORM = "one experiment a row, such as - {lr: 0.1, model.depth: 18}; or CSV: 'lr,model.depth'"

/** A deletion needs no value, and null stands for none. */
const ofEntry = (key: string, value: Value): ParsedOverride => {
  const parsed = parseOverride(`${key}=`)
  const isBare = parsed.operation === 'delete' && value.type === 'null'
  return { ...parsed, value: isBare ? null : value }
}

const valueIn = (file: string, row: number, { content }: Node): Value => {
  if (content.is === 'list') {
    return { type: 'list', items: content.items.map(({ node }) => valueIn(file, row, node)) }
  }
  if (content.is === 'map') {
    const entries = [...content.entries].map(([key, { node }]): [Value, Value] => [
      { type: 'string', value: key, quote: null },
      valueIn(file, row, node),
    ])
    return { type: 'dict', entries }
  }
  const { atom } = content
  if (atom.type === 'code') throw wrong(file, row, `${atom.text} is no value`)
  if (atom.type === 'other') return { type: 'string', value: atom.text, quote: null }
  return atom.type === 'string' ? { ...atom, quote: null } : atom
}

const inRow = <T>(file: string, index: number, read: () => T): T => {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof OverrideError)) throw error
    throw wrong(file, index, error.message, error.hint)
  }
}

const wrong = (file: string, index: number, what: string, hint: string | null = null): UserError =>
  new UserError('bad-override', `${file}, experiment ${index + 1}: ${what}`, hint)
