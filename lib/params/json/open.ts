import { appended, type Bracketed, withoutItem } from '../bracketed.ts'
import { lastOf } from '../find.ts'
import type { Opened } from '../format.ts'
import { saysValue } from '../same.ts'
import type { Node, Slot } from '../tree.ts'
import { parseJson } from './parse.ts'
import { jsonText } from './write.ts'

/** Strict JSON, but for the NaN and infinities that Python writes. */
export const openJson = (file: string, text: string): Opened => open(file, text, false)

/** With comments and commas at the end. */
export const openJsonc = (file: string, text: string): Opened => open(file, text, true)

const open = (file: string, text: string, lenient: boolean): Opened => ({
  root: parseJson(file, text, lenient),
  set: (chain, path, value) => {
    const { node } = lastOf(chain)
    if (saysValue(node, value, ({ content }) => content)) return []
    return [{ start: node.start, end: node.end, text: jsonText(path, value) }]
  },
  insert: (chain, path, { keys, value }) => {
    const { node } = lastOf(chain)
    const colon = colonOf(text, node)
    const inner = keys
      .slice(1)
      .reduceRight(
        (entry, key) => `{${JSON.stringify(key)}${colon}${entry}}`,
        jsonText([...path, ...keys], value),
      )
    const entry = `${JSON.stringify(keys[0])}${colon}${inner}`
    return appended(bracketed(text, node), [entry], colon === ':' ? ',' : ', ')
  },
  append: (chain, path, items) => {
    const texts = items.map((item) => jsonText(path, item))
    return appended(bracketed(text, lastOf(chain).node), texts)
  },
  remove: (chain) => {
    const slot = lastOf(chain)
    const { node } = lastOf(chain.slice(0, -1))
    return withoutItem(bracketed(text, node), slotsIn(node).indexOf(slot))
  },
})

const slotsIn = ({ content }: Node): Slot[] => {
  if (content.is === 'atom') return []
  return content.is === 'list' ? content.items : [...content.entries.values()]
}

const bracketed = (text: string, node: Node): Bracketed => ({
  text,
  start: node.start,
  end: node.end,
  items: slotsIn(node).map(({ start, end }) => [start, end]),
  comment: /\/\/[^\n]*|\/\*[\s\S]*?\*\//,
})

/** The colon with the blanks around it, as the map's other entries have it. */
const colonOf = (text: string, node: Node): string => {
  const slot = slotsIn(node).at(-1)
  const before = slot === undefined ? '' : text.slice(slot.start, slot.node.start)
  return /[^"]* *: *$/.exec(before)?.[0] ?? ': '
}
