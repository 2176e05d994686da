import type { Value } from '../overrides/override.ts'
import { keyName } from './keys.ts'
import type { Atom, Content, Node, Slot, View } from './tree.ts'

/** Whether two trees say the same, 1 and 1.0 apart; `view` is how the second one is seen. */
export const sameTree = (one: Node, other: Node, view: View): boolean => {
  // A node that aliases repeat is compared once: a file of aliases to aliases would take for ever.
  const compared = new Map<Node, Node>()
  const same = (a: Node, b: Node): boolean => {
    if (compared.get(a) === b) return true
    if (!sameContent(a.content, view(b), same)) return false
    compared.set(a, b)
    return true
  }
  return same(one, other)
}

export const sameAtom = (a: Atom, b: Atom): boolean => {
  if (a.type === 'other' || a.type === 'code') return b.type === a.type && a.text === b.text
  if (a.type === 'null') return b.type === 'null'
  return a.type === b.type && Object.is(a.value, b.value)
}

/** Whether a node already says what an override wants. */
export const saysValue = (node: Node, value: Value, view: View): boolean => {
  const content = view(node)
  if (value.type === 'list') {
    if (content.is !== 'list' || content.items.length !== value.items.length) return false
    return value.items.every((item, at) => saysSlot(content.items[at], item, view))
  }
  if (value.type !== 'dict') return content.is === 'atom' && sameAtom(content.atom, value)
  if (content.is !== 'map' || content.merged.length > 0) return false
  const entries = new Map(value.entries.map(([key, item]) => [keyName(key), item]))
  if (entries.size !== content.entries.size) return false
  return entries.entries().every(([key, item]) => saysSlot(content.entries.get(key), item, view))
}

const saysSlot = (slot: Slot | undefined, value: Value, view: View): boolean =>
  slot !== undefined && saysValue(slot.node, value, view)

type Same = (a: Node, b: Node) => boolean

const sameContent = (a: Content, b: Content, same: Same): boolean => {
  if (a.is === 'atom') return b.is === 'atom' && sameAtom(a.atom, b.atom)
  if (a.is === 'list') return b.is === 'list' && sameSlots(a.items, b.items, same)
  if (b.is !== 'map' || a.entries.size !== b.entries.size) return false
  if (!sameSlots(a.merged, b.merged, same)) return false
  return a.entries.entries().every(([key, slot]) => {
    const other = b.entries.get(key)
    return other !== undefined && same(slot.node, other.node)
  })
}

const sameSlots = (a: Slot[], b: Slot[], same: Same): boolean => {
  if (a.length !== b.length) return false
  return a.every((slot, at) => {
    const other = b[at]
    return other !== undefined && same(slot.node, other.node)
  })
}
