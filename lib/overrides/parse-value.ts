import type { Value } from './override.ts'
import { OverrideError } from './override-error.ts'
import { quotedEnd, unquoteText } from './quoted-text.ts'
import { readKeyWord, readWord, skipBlanks } from './read-word.ts'
import { unexpected, unterminated } from './unexpected.ts'

/** A value as written, functions not yet called; `at` and `end` are places in the argument. */
export type Node = { at: number; end: number } & (
  | { is: 'scalar'; value: Value; isName: boolean }
  | { is: 'list' | 'sweep'; items: Node[] }
  | { is: 'dict'; entries: [key: Value, node: Node][] }
  | { is: 'call'; name: string; args: Argument[] }
)

export interface Argument {
  name: string | null
  node: Node
}

/** Reads everything from `start` on; null when nothing stands there, which means the empty text. */
export const parseValue = (text: string, start: number): Node | null => {
  const at = skipBlanks(text, start)
  if (at === text.length) return null
  const items = [element(text, at, 0)]
  let end = items[0]?.end ?? at
  while (text[skipBlanks(text, end)] === ',') {
    const item = element(text, skipBlanks(text, skipBlanks(text, end) + 1), 0)
    items.push(item)
    end = item.end
  }
  if (end < text.length) {
    const next = skipBlanks(text, end)
    const position = next === text.length ? end : next
    throw unexpected(text, position, 'trailing_input', trailing(text, position))
  }
  const [first] = items
  return first !== undefined && items.length === 1 ? first : { is: 'sweep', items, at, end }
}

const deepest = 100

const element = (text: string, at: number, depth: number): Node => {
  if (depth > deepest) {
    const rule = `lists, dicts and functions can be nested ${deepest} deep at most`
    throw new OverrideError({ argument: text, position: at, fault: 'syntax', rule })
  }
  const c = text[at]
  if (c === '[') return list(text, at, depth)
  if (c === '{') return dict(text, at, depth)
  if (c === "'" || c === '"') return quoted(text, at)
  const { end, value, isName } = readWord(text, at)
  if (end === at) throw unexpected(text, at, 'syntax', expected('a value'))
  if (isName && value.type === 'string' && text[skipBlanks(text, end)] === '(') {
    return call(text, at, value.value, skipBlanks(text, end), depth)
  }
  return { is: 'scalar', value, isName, at, end }
}

const quoted = (text: string, at: number): Node => {
  const end = quotedEnd(text, at)
  if (end === null) throw unterminated(text, at)
  const quote = text[at] === "'" ? 'single' : 'double'
  const value = { type: 'string', value: unquoteText(text.slice(at, end)), quote } as const
  return { is: 'scalar', value, isName: false, at, end }
}

const list = (text: string, at: number, depth: number): Node => {
  const items: Node[] = []
  const end = separated(text, at, ']', (start) => {
    const item = element(text, start, depth + 1)
    items.push(item)
    return item.end
  })
  return { is: 'list', items, at, end }
}

const dict = (text: string, at: number, depth: number): Node => {
  const entries: [Value, Node][] = []
  const end = separated(text, at, '}', (start) => {
    const key = readKeyWord(text, start)
    if (key.end === start) throw unexpected(text, start, 'syntax', KEY_RULE)
    const colon = skipBlanks(text, key.end)
    if (text[colon] !== ':') throw unexpected(text, colon, 'syntax', KEY_RULE)
    const node = element(text, skipBlanks(text, colon + 1), depth + 1)
    entries.push([key.value, node])
    return node.end
  })
  return { is: 'dict', entries, at, end }
}

const call = (text: string, at: number, name: string, open: number, depth: number): Node => {
  const args: Argument[] = []
  const end = separated(text, open, ')', (start) => {
    const word = readWord(text, start)
    const equal = skipBlanks(text, word.end)
    const isNamed = word.isName && word.value.type === 'string' && text[equal] === '='
    const from = isNamed ? skipBlanks(text, equal + 1) : start
    const node = element(text, from, depth + 1)
    args.push({ name: isNamed ? text.slice(start, word.end) : null, node })
    return node.end
  })
  return { is: 'call', name, args, at, end }
}

/** Reads items between the bracket at `open` and `close`; `item` gives the place after each. */
const separated = (
  text: string,
  open: number,
  close: string,
  item: (start: number) => number,
): number => {
  let at = skipBlanks(text, open + 1)
  if (text[at] === close) return at + 1
  while (true) {
    at = skipBlanks(text, item(at))
    if (text[at] === close) return at + 1
    if (text[at] !== ',') throw unexpected(text, at, 'syntax', unclosed(text, open, close, at))
    at = skipBlanks(text, at + 1)
  }
}

const KEY_RULE =
  "a dict is {key: value, …}, and its keys can't be quoted: write \\ before a blank, : or ,"

const expected = (what: string): string => `${what} should stand here; write '' for the empty text`

const unclosed = (text: string, open: number, close: string, at: number): string =>
  at === text.length
    ? `the ${text[open]} is never closed with ${close}`
    : `a , or the ${close} that closes ${text[open]} should stand here`

const trailing = (text: string, position: number): string =>
  text[position] === '='
    ? 'a second = can only stand in a value that is quoted'
    : 'the value ends before this; quote it all if it is one text, separate several with commas'
