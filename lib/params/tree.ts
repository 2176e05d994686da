import type { Value } from '../overrides/override.ts'
import { keyName } from './keys.ts'

/** A value without parts; `other` is one that overrides cannot say (a date), `code` is not a literal. */
export type Atom =
  | { type: 'null' }
  | { type: 'bool'; value: boolean }
  | { type: 'int'; value: bigint }
  | { type: 'float'; value: number }
  | { type: 'string'; value: string }
  | { type: 'other'; text: string }
  | { type: 'code'; text: string }

export type Range = [start: number, end: number]

export type Content =
  | { is: 'atom'; atom: Atom }
  | { is: 'list'; items: Slot[] }
  /** `merged` are YAML's merge keys: what they hold counts where no entry of the same name stands. */
  | { is: 'map'; entries: Map<string, Slot>; merged: Slot[] }

/** One value of a file, and where its own text stands; several slots hold one node through aliases. */
export interface Node {
  content: Content
  start: number
  end: number
}

/** The place of a value in its map or list. */
export interface Slot {
  node: Node
  /** Where the key begins, or a list's dash, or the value where there is neither. */
  start: number
  end: number
  /** Where a value may be written if none is there; -1 where none can be. */
  gap: number
  /** The text of a YAML alias, if that is what stands here. */
  alias: Range | null
  /** The text of a YAML tag, which says nothing of the value that replaces its own. */
  tag: Range | null
}

/** What a node holds, seen through the changes that are not in the text yet. */
export type View = (node: Node) => Content

/** A slot whose value has no text yet. */
export const newSlot = (value: Value): Slot => slotOf(newNode(newContent(value)))

export const slotOf = (node: Node, start = node.start): Slot => ({
  node,
  start,
  end: node.end,
  gap: node.start,
  alias: null,
  tag: null,
})

export const newContent = (value: Value): Content => {
  if (value.type === 'list') return { is: 'list', items: value.items.map(newSlot) }
  if (value.type !== 'dict') return { is: 'atom', atom: value }
  const entries = new Map(value.entries.map(([key, item]) => [keyName(key), newSlot(item)]))
  return { is: 'map', entries, merged: [] }
}

const newNode = (content: Content): Node => ({ content, start: -1, end: -1 })
