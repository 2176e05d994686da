import type { Content, Slot, View } from './tree.ts'

/** How far a path leads into a file. */
export interface Found {
  /** The root's slot and one for each part that was found. */
  chain: Slot[]
  /** The parts that were not. */
  missing: string[]
  /** Which part came from a YAML merge key, if one did: its text stands elsewhere. */
  inheritedAt: number | null
}

export const find = (root: Slot, path: readonly string[], view: View): Found => {
  const found: Found = { chain: [root], missing: [], inheritedAt: null }
  for (const [depth, part] of path.entries()) {
    const content = view(lastOf(found.chain).node)
    const own = ownSlot(content, part)
    const slot = own ?? inheritedSlot(content, part, view)
    if (slot === undefined) return { ...found, missing: path.slice(depth) }
    if (own === undefined) found.inheritedAt ??= depth
    found.chain.push(slot)
  }
  return found
}

export const lastOf = <T>(list: readonly T[]): T => {
  const last = list.at(-1)
  if (last === undefined) throw new RangeError('an empty list has no last item')
  return last
}

const ownSlot = (content: Content, part: string): Slot | undefined => {
  if (content.is === 'map') return content.entries.get(part)
  return content.is === 'list' && /^\d+$/.test(part) ? content.items[Number(part)] : undefined
}

const inheritedSlot = (content: Content, part: string, view: View): Slot | undefined => {
  if (content.is !== 'map') return undefined
  for (const { node } of content.merged) {
    const from = view(node)
    const slot = ownSlot(from, part) ?? inheritedSlot(from, part, view)
    if (slot !== undefined) return slot
  }
  return undefined
}
