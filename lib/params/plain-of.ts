import { UserError } from '../errors.ts'
import { emptyObject, noteFloat, type Plain } from './plain.ts'
import type { Atom, Content, Node } from './tree.ts'

/** What a tree says, aliases and merge keys resolved; what is not a literal is left out. */
export const plainOf = (
  file: string,
  root: Node,
  typed = (atom: Atom, _node: Node): Atom => atom,
): Plain => {
  refuseBomb(file, root)
  // An aliased map or list is made once and shared: repeating it costs nothing.
  const made = new Map<Node, Plain | undefined>()
  const plain = (node: Node, note: () => void): Plain | undefined => {
    if (node.content.is === 'atom') {
      const atom = typed(node.content.atom, node)
      if (atom.type === 'float' && Number.isInteger(atom.value)) note()
      return plainAtom(atom)
    }
    if (made.has(node)) return made.get(node)
    const result = node.content.is === 'list' ? listOf(node.content, plain) : mapOf(node, plain)
    made.set(node, result)
    return result
  }
  return plain(root, () => undefined) ?? null
}

type ToPlain = (node: Node, note: () => void) => Plain | undefined

export const plainAtom = (atom: Atom): Plain | undefined => {
  if (atom.type === 'null') return null
  if (atom.type === 'code') return undefined
  if (atom.type === 'other') return atom.text
  if (atom.type !== 'int') return atom.value
  const number = Number(atom.value)
  return Number.isSafeInteger(number) ? number : atom.value
}

const listOf = (content: Content & { is: 'list' }, plain: ToPlain): Plain | undefined => {
  const items: Plain[] = []
  for (const [at, { node }] of content.items.entries()) {
    const item = plain(node, () => noteFloat(items, String(at)))
    // Left out alone, it would shift the items behind it.
    if (item === undefined) return undefined
    items.push(item)
  }
  return items
}

const mapOf = (node: Node, plain: ToPlain): Plain => {
  const object = emptyObject()
  for (const [key, from] of resolved(node)) {
    const item = plain(from, () => noteFloat(object, key))
    if (item !== undefined) object[key] = item
  }
  return object
}

/** The entries of a map; of merge keys the first holds, and an own entry over all of them. */
const resolved = (node: Node): Map<string, Node> => {
  const entries = new Map<string, Node>()
  if (node.content.is !== 'map') return entries
  for (const { node: source } of node.content.merged.toReversed()) {
    for (const [key, from] of resolved(source)) entries.set(key, from)
  }
  for (const [key, slot] of node.content.entries) entries.set(key, slot.node)
  return entries
}

const REPEATS = 1_000_000

/** Refuses aliases to aliases to aliases, which a small file can make bigger than any memory. */
const refuseBomb = (file: string, root: Node): void => {
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

const partsOf = (content: Content): Node[] => {
  if (content.is === 'atom') return []
  if (content.is === 'list') return content.items.map((slot) => slot.node)
  return [...content.merged, ...content.entries.values()].map((slot) => slot.node)
}
