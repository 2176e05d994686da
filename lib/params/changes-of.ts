import type { Value } from '../overrides/override.ts'
import { lastOf } from './find.ts'
import type { Entry } from './format.ts'
import { nested } from './keys.ts'
import type { Step } from './steps.ts'
import { type Content, type Node, newContent, newSlot, type Slot, type View } from './tree.ts'

/** What nodes hold after the step. An alias is replaced in its own place, not in its anchor's. */
export const changesOf = (chain: Slot[], step: Step, view: View): [Node, Content][] => {
  const { node, alias } = lastOf(chain)
  if (step.do === 'insert') return [[node, withEntry(view(node), step.entry)]]
  if (step.do === 'append') return [[node, withItems(view(node), step.items)]]
  if (step.do === 'set' && alias === null) return [[node, newContent(step.value)]]
  const holder = lastOf(chain.slice(0, -1)).node
  const slot = step.do === 'set' ? newSlot(step.value) : null
  return [[holder, withPart(view(holder), lastOf(step.path), slot)]]
}

const withEntry = (content: Content, { keys: [first = '', ...rest], value }: Entry): Content =>
  withPart(content, first, newSlot(nested(rest, value)))

const withItems = (content: Content, items: Value[]): Content => {
  if (content.is !== 'list') throw new RangeError('only a list takes items')
  return { is: 'list', items: [...content.items, ...items.map(newSlot)] }
}

const withPart = (content: Content, key: string, slot: Slot | null): Content => {
  if (content.is === 'atom') throw new RangeError('a plain value has no parts')
  if (content.is === 'list') {
    const items =
      slot === null
        ? content.items.toSpliced(Number(key), 1)
        : content.items.with(Number(key), slot)
    return { is: 'list', items }
  }
  const entries = new Map(content.entries)
  if (slot === null) entries.delete(key)
  else entries.set(key, slot)
  return { ...content, entries }
}
