import type { Value } from '../../overrides/override.ts'
import { appended } from '../bracketed.ts'
import { lastOf } from '../find.ts'
import type { Entry } from '../format.ts'
import { lineEnd, newlineOf, put, type Splice } from '../splice.ts'
import type { Node, Slot } from '../tree.ts'
import { bracketed, isFlow, marginOf, slotsIn } from './blocks.ts'
import { nameText, yamlText } from './write.ts'

/** Puts a new key behind the last of its map, in the map's own style. */
export const insertInto = (text: string, chain: Slot[], entry: Entry): Splice[] => {
  const { node } = lastOf(chain)
  const { value } = entry
  const names = namesOf(text, node, entry)
  if (isFlow(text, node)) return appended(bracketed(text, node), [flowEntry(names, value)])
  const slots = slotsIn(node)
  const [first] = slots
  if (first === undefined) return [firstEntry(text, names, value)]
  const margin = marginOf(text, first.start)
  const end = slots.reduce((last, slot) => Math.max(last, slot.end), 0)
  return [behind(text, end, blockEntry(text, margin, names, value))]
}

/** Puts items behind the last of a list. */
export const appendTo = (text: string, chain: Slot[], items: Value[]): Splice[] => {
  const { node } = lastOf(chain)
  if (isFlow(text, node)) {
    const texts = items.map((item) => yamlText(item, FLOW))
    return appended(bracketed(text, node), texts)
  }
  const margin = marginOf(text, node.start)
  const lines = items.map((item) => `${margin}- ${yamlText(item, BLOCK)}`)
  return lines.length === 0 ? [] : [behind(text, node.end, lines.join(newlineOf(text)))]
}

/** Behind a block scalar that keeps its last line breaks the next line begins already. */
const behind = (text: string, end: number, lines: string): Splice =>
  text[end - 1] === '\n'
    ? put(end, lines + newlineOf(text))
    : put(lineEnd(text, end), newlineOf(text) + lines)

/** A number is a key as it is where the keys beside it are numbers too; else it is a name. */
const namesOf = (text: string, node: Node, { keys, key: last }: Entry): string[] => {
  const inFlow = isFlow(text, node)
  const isNumbered = slotsIn(node).some(({ start }) =>
    /^-?\d+[ \t]*:/.test(text.slice(start, start + 20)),
  )
  return keys.map((key, depth) => {
    if (depth === keys.length - 1 && last.type !== 'string') return key
    const isNumber = depth === 0 && isNumbered && /^-?\d+$/.test(key)
    return isNumber ? key : nameText(key, inFlow)
  })
}

const flowEntry = ([name = '', ...rest]: string[], value: Value): string =>
  `${name}: ${rest.length === 0 ? yamlText(value, FLOW) : `{${flowEntry(rest, value)}}`}`

const blockEntry = (text: string, margin: string, names: string[], value: Value): string => {
  const lines = names.map((name, depth) => `${margin}${'  '.repeat(depth)}${name}:`)
  return `${lines.join(newlineOf(text))} ${yamlText(value, BLOCK)}`
}

/** Into a document that holds nothing but comments. */
const firstEntry = (text: string, names: string[], value: Value): Splice => {
  const at = /^\.\.\.(?:\s|$)/m.exec(text)?.index ?? text.length
  const newline = newlineOf(text)
  const before = at === 0 || text[at - 1] === '\n' ? '' : newline
  return put(at, `${before}${blockEntry(text, '', names, value)}${newline}`)
}

const BLOCK = { inFlow: false, quote: null } as const
const FLOW = { inFlow: true, quote: null } as const
