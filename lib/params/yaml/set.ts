import { UserError } from '../../errors.ts'
import type { Value } from '../../overrides/override.ts'
import { lastOf } from '../find.ts'
import { saysValue } from '../same.ts'
import { cut, lineEnd, newlineOf, put, type Splice } from '../splice.ts'
import type { Node, Slot } from '../tree.ts'
import { isFlow, marginOf, slotsIn } from './blocks.ts'
import { isOldFloat, isPlainString } from './plain-scalar.ts'
import { type Style, yamlText } from './write.ts'

/** Puts a value in the place of another, keeping anchor, quotes, comments and the space around it. */
export const setValue = (text: string, chain: Slot[], path: string[], value: Value): Splice[] => {
  const slot = lastOf(chain)
  const { node, alias } = slot
  const holder = lastOf(chain.slice(0, -1)).node
  if (alias === null && slot.tag === null && isClear(text, node, value)) return []
  const style: Style = { inFlow: isFlow(text, holder), quote: quoteOf(text[node.start]) }
  const [start, end] = alias ?? [node.start, node.end]
  if (alias === null && isBlock(text, node)) return setBlock(text, slot, path, value)
  if (start === end) return intoGap(text, slot, path, yamlText(value, style))
  return [...withoutTag(text, slot), { start, end, text: yamlText(value, style) }]
}

/** Whether the text says the value already, to readers of YAML 1.1 and 1.2 alike. */
const isClear = (text: string, node: Node, value: Value): boolean => {
  if (!saysValue(node, value, ({ content }) => content)) return false
  const source = text.slice(node.start, node.end)
  if (value.type === 'string') return /^["'|>]/.test(source) || isPlainString(source, false)
  if (value.type === 'float') return isOldFloat(source)
  return value.type !== 'int' || /^[-+]?(?:0|[1-9][0-9]*|0x[0-9a-f]+)$/i.test(source)
}

const quoteOf = (sign: string | undefined): Style['quote'] => {
  if (sign === '"') return 'double'
  return sign === "'" ? 'single' : null
}

const isBlock = (text: string, node: Node): boolean =>
  node.content.is !== 'atom' && !isFlow(text, node)

const intoGap = (text: string, slot: Slot, path: string[], value: string): Splice[] => {
  const { gap, tag } = slot
  if (gap < 0) {
    const name = path.join('.')
    throw new UserError('bad-override', `${name} has no colon to take a value`, 'add it by hand')
  }
  if (tag !== null && tag[0] >= gap) return [{ start: gap, end: tag[1], text: ` ${value}` }]
  return [...withoutTag(text, slot), put(gap, ` ${value}`)]
}

const withoutTag = (text: string, { tag }: Slot): Splice[] => {
  if (tag === null) return []
  const blanks = /^[ \t]*/.exec(text.slice(tag[1]))?.[0].length ?? 0
  return [cut(tag[0], tag[1] + blanks)]
}

/** The new value goes where a plain one would stand; a comment on the key's line stays there. */
const setBlock = (text: string, slot: Slot, path: string[], value: Value): Splice[] => {
  const { node } = slot
  if (value.type === 'list' && value.items.length > 0 && node.content.is === 'list') {
    return [{ start: node.start, end: node.end, text: blockList(text, node, value.items) }]
  }
  const inline = yamlText(value, { inFlow: false, quote: null })
  const rest = lineEnd(text, slot.gap)
  const isBeside = slot.gap < 0 || node.start <= rest
  if (isBeside) return [{ start: node.start, end: node.end, text: inline }]
  return [...intoGap(text, slot, path, inline), cut(rest, endOfBlock(text, node))]
}

const blockList = (text: string, node: Node, items: Value[]): string => {
  const margin = newlineOf(text) + marginOf(text, node.start)
  return items.map((item) => `- ${yamlText(item, { inFlow: false, quote: null })}`).join(margin)
}

/** The end of the block's last line, without its line break. */
const endOfBlock = (text: string, node: Node): number => {
  const end = slotsIn(node).reduce((last, slot) => Math.max(last, slot.end), node.end)
  return text[end - 1] === '\n' ? end - 1 : lineEnd(text, end)
}
