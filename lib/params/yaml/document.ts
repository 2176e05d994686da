import {
  type Alias,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Pair,
  type ParsedNode,
  parseDocument,
  type Scalar,
} from 'yaml'
import { badFile } from '../bad-file.ts'
import { type Content, type Node, type Slot, slotOf } from '../tree.ts'
import { atomOf } from './atom.ts'
import { itemSigns, pairSigns, type Signs } from './slots.ts'

/** What each anchor names so far; null while it is being read, so that none can hold itself. */
export type Anchors = Map<string, Node | null>

/** Reads one YAML document with the place of everything in it. An empty one is an empty map. */
export const readDocument = (file: string, text: string, anchors: Anchors): Slot => {
  const { contents, errors } = parseDocument(text, OPTIONS)
  const [error] = errors
  if (error !== undefined) throw badFile(file, text, error.pos[0], reasonOf(error))
  if (contents !== null && !isEmpty(contents)) {
    return slotOf(nodeOf({ file, text, anchors }, contents))
  }
  const at = contents === null ? 0 : contents.range[0]
  return slotOf({ content: { is: 'map', entries: new Map(), merged: [] }, start: at, end: at })
}

const OPTIONS = {
  keepSourceTokens: true,
  intAsBigInt: true,
  // The library's check for equal keys takes the square of their number; ours does not.
  uniqueKeys: false,
  prettyErrors: false,
} as const

interface Source {
  file: string
  text: string
  anchors: Anchors
}

const reasonOf = ({ code, message }: { code: string; message: string }): string => {
  if (code === 'MULTIPLE_DOCS') return 'a second document begins here; parameters must be in one'
  return message.startsWith('Maximum call stack') ? 'nested too deeply to be read' : message
}

const isEmpty = (node: ParsedNode): boolean => isScalar(node) && node.range[0] === node.range[1]

const nodeOf = (source: Source, parsed: ParsedNode): Node => {
  if (isAlias(parsed)) return anchored(source, parsed)
  const { anchor } = parsed
  if (anchor !== undefined) source.anchors.set(anchor, null)
  const node = placed(source, parsed)
  if (anchor !== undefined) source.anchors.set(anchor, node)
  return node
}

const anchored = ({ file, text, anchors }: Source, alias: Alias.Parsed): Node => {
  const node = anchors.get(alias.source)
  if (node) return node
  const reason = node === null ? 'holds itself' : 'has no anchor before it'
  throw badFile(file, text, alias.range[0], `the alias *${alias.source} ${reason}`)
}

const placed = (source: Source, parsed: Exclude<ParsedNode, Alias.Parsed>): Node => {
  const [start, end] = parsed.range
  if (isScalar(parsed)) {
    return { content: { is: 'atom', atom: atomOf(parsed) }, start, end: textEnd(source, parsed) }
  }
  if (isSeq(parsed)) {
    const signs = itemSigns(parsed)
    const items = parsed.items.map((item, at) => itemSlot(source, item, signs[at]))
    return {
      content: { is: 'list', items },
      start,
      end: isBracket(source, start) ? end : lastEnd(items, end),
    }
  }
  const content: Content = { is: 'map', entries: new Map(), merged: [] }
  for (const pair of parsed.items) addPair(source, content, pair)
  const slots = [...content.entries.values(), ...content.merged]
  return { content, start, end: isBracket(source, start) ? end : lastEnd(slots, end) }
}

const isBracket = ({ text }: Source, at: number): boolean => text[at] === '[' || text[at] === '{'

const lastEnd = (slots: Slot[], otherwise: number): number =>
  slots.length === 0 ? otherwise : slots.reduce((end, slot) => Math.max(end, slot.end), 0)

/** A block scalar's text without the line breaks behind it, unless `+` makes those part of it. */
const textEnd = ({ text }: Source, { range: [start, end], type }: Scalar.Parsed): number => {
  if (type !== 'BLOCK_LITERAL' && type !== 'BLOCK_FOLDED') return end
  const source = text.slice(start, end)
  return /^.[0-9]?\+/.test(source) ? end : start + source.trimEnd().length
}

const itemSlot = (source: Source, item: unknown, signs: Signs | undefined): Slot => {
  if (isParsed(item)) return valueSlot(source, item, signs)
  throw badFile(source.file, source.text, signs?.start ?? 0, 'a list item that cannot be read')
}

const isParsed = (node: unknown): node is ParsedNode =>
  isScalar(node) || isAlias(node) || isMap(node) || isSeq(node)

const valueSlot = (source: Source, parsed: ParsedNode, signs: Signs | undefined): Slot => {
  const node = nodeOf(source, parsed)
  const start = signs?.start ?? parsed.range[0]
  const gap = signs?.gap ?? -1
  const alias = isAlias(parsed) ? ([parsed.range[0], parsed.range[1]] as [number, number]) : null
  // The parser puts an empty value behind the comments that follow it.
  if (alias === null && node.start === node.end) {
    node.start = gap
    node.end = gap
  }
  return { node, start, end: alias?.[1] ?? node.end, gap, alias, tag: signs?.tag ?? null }
}

const addPair = (
  source: Source,
  content: Content & { is: 'map' },
  pair: Pair<ParsedNode, ParsedNode | null>,
): void => {
  const { key, value } = pair
  const signs = pairSigns(pair)
  const slot = value === null ? emptySlot(key, signs) : valueSlot(source, value, signs)
  if (isScalar(key) && key.type === 'PLAIN' && key.source === '<<') {
    content.merged.push(...mergedSlots(source, slot))
    return
  }
  const name = nameOf(source, key)
  if (content.entries.has(name)) {
    throw badFile(source.file, source.text, signs.start, `${name} stands here a second time`)
  }
  content.entries.set(name, slot)
}

/** A plain key by its letters, whatever type a reader gives it. */
const nameOf = ({ file, text }: Source, key: ParsedNode): string => {
  const [start, end] = key.range
  if (isMap(key) || isSeq(key)) throw badFile(file, text, start, 'a key that is a list or a map')
  return isScalar(key) && key.type !== 'PLAIN' ? String(key.value) : text.slice(start, end)
}

/** A key without a colon, which means null. */
const emptySlot = (key: ParsedNode, { start }: Signs): Slot => {
  const at = key.range[1]
  const node: Node = { content: { is: 'atom', atom: { type: 'null' } }, start: at, end: at }
  return { node, start, end: at, gap: -1, alias: null, tag: null }
}

const mergedSlots = ({ file, text }: Source, slot: Slot): Slot[] => {
  const { content } = slot.node
  // The list's slots have their own places; what counts behind them is where the whole entry ends.
  const slots =
    content.is === 'list' ? content.items.map((item) => ({ ...slot, node: item.node })) : [slot]
  if (slots.every(({ node }) => node.content.is === 'map')) return slots
  throw badFile(file, text, slot.start, 'a merge key (<<) that names no map')
}
