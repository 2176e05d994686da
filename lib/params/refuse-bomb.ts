import { UserError } from '../errors.ts'
import type { Content, Node } from './tree.ts'

/** Refuses aliases to aliases to aliases, which a small file can make bigger than any memory. */
export const refuseBomb = (file: string, root: Node): void => {
  const sizes = new Map<Node, number>()
  let written = 1
  const sizeOf = (node: Node): number => {
    if (node.content.is === 'atom') return 1
    const known = sizes.get(node)
    if (known !== undefined) return known
    const parts = partsOf(node.content)
    const size = parts.reduce((sum, part) => sum + sizeOf(part), 1)
    sizes.set(node, size)
    written += parts.length
    return size
  }
  if (sizeOf(root) - written > REPEATS) {
    throw new UserError('bad-params-file', `${file}: its aliases repeat too much to be written out`)
  }
}

const REPEATS = 1_000_000

const partsOf = (content: Content): Node[] => {
  if (content.is === 'atom') return []
  if (content.is === 'list') return content.items.map((slot) => slot.node)
  return [...content.merged, ...content.entries.values()].map((slot) => slot.node)
}
