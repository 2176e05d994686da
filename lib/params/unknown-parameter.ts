import { UserError } from '../errors.ts'
import { nearestName } from '../nearest-name.ts'
import { type Found, lastOf } from './find.ts'
import { kindOf } from './format.ts'
import type { Node, Slot, View } from './tree.ts'

/** The error of a key that the file does not have, with the name that may have been meant. */
export const unknownParameter = (
  file: string,
  path: readonly string[],
  { chain, missing }: Found,
  view: View,
  hint: string | null = kindOf(file) === 'python' ? null : `+${path.join('.')}=… adds it`,
): UserError => {
  const name = path.join('.')
  const holder = view(lastOf(chain).node)
  if (holder.is === 'list') {
    const list = path.slice(0, path.length - missing.length).join('.')
    const count = holder.items.length
    return new UserError(
      'unknown-parameter',
      `no parameter ${name} in ${file}; ${list} is a list of ${count === 1 ? '1 item' : `${count} items`}`,
      `${list}=[…] sets the whole list; its items are counted from ${list}.0`,
    )
  }
  const meant = alike(name, chain[0], view)
  const ask = meant === null ? '' : `; did you mean ${meant}?`
  return new UserError('unknown-parameter', `no parameter ${name} in ${file}${ask}`, hint)
}

// In a bigger file the search would take longer than reading the file.
const MOST_NAMES = 20_000

const alike = (name: string, root: Slot | undefined, view: View): string | null => {
  if (root === undefined) return null
  const names = namesIn(root.node, view)
  const part = name.slice(name.lastIndexOf('.') + 1)
  // `lr` for `train.lr` is the commonest slip of all: a whole name further in, or further out.
  const ends = names.filter((known) => known === part || known.endsWith(`.${part}`))
  return nearestName(name, names) ?? (ends.length === 1 ? (ends[0] ?? null) : null)
}

const namesIn = (root: Node, view: View): string[] => {
  const names: string[] = []
  const seen = new Set<Node>()
  const collect = (node: Node, prefix: string): void => {
    const content = view(node)
    if (content.is === 'atom' || seen.has(node) || names.length > MOST_NAMES) return
    seen.add(node)
    const slots = content.is === 'map' ? content.entries : content.items.entries()
    for (const [key, slot] of slots) {
      names.push(prefix + key)
      collect(slot.node, `${prefix}${key}.`)
    }
  }
  collect(root, '')
  return names.slice(0, MOST_NAMES)
}
