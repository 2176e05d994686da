import type { Node, Range, Slot } from '../tree.ts'
import { slotsIn } from './blocks.ts'

/** Moves a slot and all that is in it, each node once however many aliases name it. */
export const move = (slot: Slot, by: number, moved: Set<Node>): void => {
  slot.start += by
  slot.end += by
  if (slot.gap >= 0) slot.gap += by
  slot.alias = movedRange(slot.alias, by)
  slot.tag = movedRange(slot.tag, by)
  const { node } = slot
  if (moved.has(node)) return
  moved.add(node)
  if (node.start >= 0) {
    node.start += by
    node.end += by
  }
  for (const inner of slotsIn(node)) move(inner, by, moved)
}

const movedRange = (range: Range | null, by: number): Range | null =>
  range === null ? null : [range[0] + by, range[1] + by]
