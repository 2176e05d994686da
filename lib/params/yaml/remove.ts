import { withoutItem } from '../bracketed.ts'
import { lastOf } from '../find.ts'
import { cut, cutLines, type Splice, startsLine } from '../splice.ts'
import type { Slot } from '../tree.ts'
import { bracketed, isFlow, slotsIn } from './blocks.ts'
import { setValue } from './set.ts'

/** Takes an entry out; comments above it stay. The last one leaves `{}` or `[]` behind. */
export const removeFrom = (text: string, chain: Slot[], path: string[]): Splice[] => {
  const slot = lastOf(chain)
  const around = chain.slice(0, -1)
  const { node } = lastOf(around)
  const slots = slotsIn(node)
  const index = slots.indexOf(slot)
  if (isFlow(text, node)) return withoutItem(bracketed(text, node), index)
  if (slots.length === 1) return emptied(text, around, path.slice(0, -1))
  if (startsLine(text, slot.start)) return [cutLines(text, slot.start, slot.end)]
  // It shares its line with the dash of the list around it: the next entry takes its place.
  const next = slots[index + 1]
  return [cut(slot.start, next?.start ?? slot.end)]
}

const emptied = (text: string, chain: Slot[], path: string[]): Splice[] => {
  const { node } = lastOf(chain)
  if (chain.length === 1) {
    return [{ start: node.start, end: node.end, text: node.content.is === 'list' ? '[]' : '{}' }]
  }
  return node.content.is === 'list'
    ? setValue(text, chain, path, { type: 'list', items: [] })
    : setValue(text, chain, path, { type: 'dict', entries: [] })
}
