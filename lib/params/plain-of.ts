import { emptyObject, noteFloat, type Plain } from './plain.ts'
import type { Atom, Content, Node } from './tree.ts'

/** What a tree says, aliases and merge keys resolved; what is not a literal is left out. */
export const plainOf = (root: Node, typed = (atom: Atom, _node: Node): Atom => atom): Plain => {
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
