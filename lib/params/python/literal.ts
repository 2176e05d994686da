import { keyName } from '../keys.ts'
import type { Atom, Node, Slot } from '../tree.ts'
import { slotOf } from '../tree.ts'
import { decoded } from './string.ts'
import type { Token } from './tokens.ts'

/** The value of an expression that takes up all of `tokens`; `code` if it is not a literal. */
export const valueOfTokens = (text: string, tokens: Token[]): Node => {
  const cursor: Cursor = { text, tokens, at: 0 }
  const node = literal(cursor)
  return node !== null && cursor.at === tokens.length ? node : code(cursor, 0, tokens.length)
}

interface Cursor {
  text: string
  tokens: Token[]
  at: number
}

const code = ({ text, tokens }: Cursor, from: number, to: number): Node => {
  const start = tokens[from]?.start ?? 0
  const end = tokens[to - 1]?.end ?? start
  return atomNode({ type: 'code', text: text.slice(start, end) }, start, end)
}

const atomNode = (atom: Atom, start: number, end: number): Node => ({
  content: { is: 'atom', atom },
  start,
  end,
})

/** Reads a literal and goes behind it; null where there is none. */
const literal = (cursor: Cursor): Node | null => {
  const token = cursor.tokens[cursor.at]
  if (token === undefined) return null
  const { type, text, start, end } = token
  if (type === 'sign' && CLOSING.has(text)) return brackets(cursor, token)
  if (type === 'string') return strings(cursor)
  if (type === 'sign' && (text === '-' || text === '+')) return signed(cursor, token)
  const atom = type === 'number' ? numberOf(text) : WORDS.get(text)
  if (atom === undefined) return null
  cursor.at += 1
  return atomNode(atom, start, end)
}

const CLOSING = new Map([
  ['(', ')'],
  ['[', ']'],
  ['{', '}'],
])

const WORDS = new Map<string, Atom>([
  ['None', { type: 'null' }],
  ['True', { type: 'bool', value: true }],
  ['False', { type: 'bool', value: false }],
])

const signed = (cursor: Cursor, { text, start }: Token): Node | null => {
  const number = cursor.tokens[cursor.at + 1]
  const atom = number?.type === 'number' ? numberOf(number.text) : undefined
  if (number === undefined || atom === undefined) return null
  cursor.at += 2
  return atomNode(text === '-' ? negative(atom) : atom, start, number.end)
}

const negative = (atom: Numeric): Atom =>
  atom.type === 'int' ? { type: 'int', value: -atom.value } : { type: 'float', value: -atom.value }

type Numeric = Extract<Atom, { type: 'int' | 'float' }>

const numberOf = (source: string): Numeric | undefined => {
  const text = source.replaceAll('_', '').toLowerCase()
  if (text.endsWith('j')) return undefined
  return /^(?:0[xob].*|\d+)$/.test(text)
    ? { type: 'int', value: BigInt(text) }
    : { type: 'float', value: Number(text) }
}

/** Strings that stand one behind the other are one. */
const strings = (cursor: Cursor): Node | null => {
  const first = cursor.at
  let value = ''
  let end = 0
  for (
    let token = cursor.tokens[first];
    token?.type === 'string';
    token = cursor.tokens[cursor.at]
  ) {
    const part = decoded(token.text)
    if (part === null) return null
    value += part
    end = token.end
    cursor.at += 1
  }
  return atomNode({ type: 'string', value }, cursor.tokens[first]?.start ?? 0, end)
}

const brackets = (cursor: Cursor, open: Token): Node | null => {
  const close = closeOf(cursor)
  const inside = cursor.tokens.slice(cursor.at + 1, close)
  // These give commas and colons another meaning.
  if (inside.some(({ text }) => text === 'lambda' || text === 'for')) return null
  const items = splitAt(inside, ',')
  if (items.some(([first]) => first?.text === '*' || first?.text === '**')) return null
  const end = cursor.tokens[close]?.end ?? open.end
  cursor.at = close + 1
  if (open.text === '(' && items.length === 1 && inside.at(-1)?.text !== ',') {
    const node = valueOfTokens(cursor.text, inside)
    return node.content.is === 'atom' && node.content.atom.type === 'code' ? null : node
  }
  if (open.text === '{' && items.every((item) => splitAt(item, ':').length === 2)) {
    return dictNode(cursor, items, open.start, end)
  }
  const slots = items.map((item) => slotOf(valueOfTokens(cursor.text, item)))
  return { content: { is: 'list', items: slots }, start: open.start, end }
}

const dictNode = (cursor: Cursor, items: Token[][], start: number, end: number): Node => {
  const entries = new Map<string, Slot>()
  for (const item of items) {
    const [key = [], value = []] = splitAt(item, ':')
    const node = valueOfTokens(cursor.text, value)
    entries.set(keyOf(valueOfTokens(cursor.text, key)), slotOf(node, key[0]?.start))
  }
  return { content: { is: 'map', entries, merged: [] }, start, end }
}

const keyOf = ({ content }: Node): string => (content.is === 'atom' ? keyName(content.atom) : '')

/** The bracket that closes the one at the cursor. */
const closeOf = ({ tokens, at }: Cursor): number => {
  let depth = 0
  for (let next = at; next < tokens.length; next += 1) {
    depth += depthChange(tokens[next])
    if (depth === 0) return next
  }
  return tokens.length
}

const depthChange = (token: Token | undefined): number => {
  if (token?.type !== 'sign') return 0
  if (CLOSING.has(token.text)) return 1
  return ')]}'.includes(token.text) ? -1 : 0
}

/** The parts between separators outside all brackets; nothing behind a last one. */
export const splitAt = (tokens: Token[], separator: string): Token[][] => {
  const parts: Token[][] = []
  let part: Token[] = []
  let depth = 0
  for (const token of tokens) {
    depth += depthChange(token)
    if (depth === 0 && token.type === 'sign' && token.text === separator) {
      parts.push(part)
      part = []
    } else part.push(token)
  }
  return part.length === 0 ? parts : [...parts, part]
}
