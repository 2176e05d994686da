import { UserError } from '../../errors.ts'
import type { Changes } from '../format.ts'
import { sameTree } from '../same.ts'
import { cut, type Splice, spliced } from '../splice.ts'
import type { Node, Slot } from '../tree.ts'
import { slotsIn } from './blocks.ts'
import { type Parsed, parseYaml } from './parse.ts'

/**
 * Whether a changed block map says what it should, found by reading only the keys that changed, for
 * a sweep changes one line a thousand times. False also where only reading all of it can tell.
 */
export const recheck = (file: string, text: string, parsed: Parsed, changes: Changes): boolean => {
  const { node } = parsed.root
  const intended = changes.view(node)
  if (!parsed.isDivisible || node.content.is !== 'map' || intended.is !== 'map') return false
  const slots = slotsIn(node)
  const parts = partsOf(text, slots, changes.splices)
  if (parts === null || !changesOnly(parts, slots, node, changes)) return false
  const changed = new Set([...parts.keys()].map((at) => slots[at]))
  for (const [key, slot] of node.content.entries) {
    if (!changed.has(slot) && intended.entries.get(key) !== slot) return false
  }
  let count = slots.length - changed.size
  for (const part of parts.values()) {
    const entries = entriesOf(file, part)
    if (entries === null) return false
    for (const [key, { node: found }] of entries) {
      const before = node.content.entries.get(key)
      const slot = intended.entries.get(key)
      if (before !== undefined && !changed.has(before)) return false
      if (slot === undefined || !sameTree(found, slot.node, changes.view)) return false
      count += 1
    }
  }
  return count === intended.entries.size
}

interface Part {
  text: string
  splices: Splice[]
  isLast: boolean
}

/** The keys that splices change, each with the lines up to the next; null if one crosses two. */
const partsOf = (text: string, slots: Slot[], splices: Splice[]): Map<number, Part> | null => {
  const parts = new Map<number, Part>()
  for (const splice of splices) {
    const at = indexAt(slots, splice.start)
    const start = slots[at]?.start ?? text.length
    const end = slots[at + 1]?.start ?? text.length
    if (at < 0 || splice.end > end) return null
    const isLast = at === slots.length - 1
    const part = parts.get(at) ?? { text: text.slice(start, end), splices: [], isLast }
    part.splices.push({ ...cut(splice.start - start, splice.end - start), text: splice.text })
    parts.set(at, part)
  }
  return parts
}

/** The last slot that begins at or before `position`. */
const indexAt = (slots: Slot[], position: number): number => {
  let low = 0
  let high = slots.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((slots[middle]?.start ?? Infinity) <= position) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** Whether every change is to the root itself or within a part. */
const changesOnly = (
  parts: Map<number, Part>,
  slots: Slot[],
  root: Node,
  { changed }: Changes,
): boolean =>
  changed
    .keys()
    .every((node) => node === root || node.start < 0 || parts.has(indexAt(slots, node.start)))

const entriesOf = (file: string, { text, splices, isLast }: Part): Map<string, Slot> | null => {
  const after = spliced(text, splices)
  if (after === null || !(isLast || after === '' || after.endsWith('\n'))) return null
  try {
    const { root, isDivisible } = parseYaml(file, after)
    const { content } = root.node
    if (content.is !== 'map') return null
    return isDivisible || content.entries.size === 0 ? content.entries : null
  } catch (error) {
    // Reading the whole says what is wrong, and where.
    if (error instanceof UserError) return null
    throw error
  }
}
