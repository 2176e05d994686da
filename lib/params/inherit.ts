import { UserError } from '../errors.ts'
import type { Value } from '../overrides/override.ts'
import { type Found, lastOf } from './find.ts'
import { keyName, textKey } from './keys.ts'
import type { Step } from './steps.ts'
import type { Atom, Node, View } from './tree.ts'

/**
 * A change to what came through a merge key, as a key of one's own beside that merge key: the text
 * it came from belongs to other maps too.
 */
export const ownStep = (step: Step, path: string[], found: Found, view: View): Step => {
  const depth = found.inheritedAt ?? 0
  const name = lastOf(path.slice(0, depth + 1))
  const own = (value: Value): Step => ({
    do: 'insert',
    path: path.slice(0, depth),
    entry: { keys: [name], key: textKey(name), value },
  })
  const rest = path.slice(depth + 1)
  const inherited = found.chain[depth + 1]
  if (inherited === undefined) throw new RangeError('nothing is inherited here')
  const copy = (): Value => copyOf(inherited.node, view)
  if (step.do === 'insert') {
    const { keys, value } = step.entry
    return own(changed(copy(), [...rest, ...keys], value))
  }
  if (step.do === 'append') {
    const list = copyOf(lastOf(found.chain).node, view)
    return own(changed(copy(), rest, extended(list, step.items)))
  }
  if (step.do === 'set') {
    return own(changed(copy(), rest, step.value))
  }
  if (rest.length > 0) return own(changed(copy(), rest, null))
  const full = path.join('.')
  throw new UserError(
    'bad-override',
    `~${full}: ${full} comes from a merge key (<<) and cannot be deleted here`,
    `delete it where it stands, or set it: ${full}=…`,
  )
}

const copyOf = (node: Node, view: View): Value => {
  const content = view(node)
  if (content.is === 'atom') return atomValue(content.atom)
  if (content.is === 'list') {
    return { type: 'list', items: content.items.map((slot) => copyOf(slot.node, view)) }
  }
  const entries = new Map<string, Value>()
  for (const { node: source } of content.merged.toReversed()) {
    const from = copyOf(source, view)
    if (from.type === 'dict')
      for (const [key, value] of from.entries) entries.set(keyName(key), value)
  }
  for (const [key, slot] of content.entries) entries.set(key, copyOf(slot.node, view))
  return dict(entries)
}

const atomValue = (atom: Atom): Value => {
  if (atom.type === 'string') return { ...atom, quote: null }
  if (atom.type !== 'other' && atom.type !== 'code') return atom
  throw new UserError(
    'bad-override',
    `${atom.text} cannot be copied out of the map it is merged from`,
  )
}

const dict = (entries: Map<string, Value>): Value => ({
  type: 'dict',
  entries: [...entries].map(([key, value]) => [textKey(key), value]),
})

const extended = (list: Value, items: Value[]): Value => ({
  type: 'list',
  items: [...(list.type === 'list' ? list.items : []), ...items],
})

/** The value with its part at `path` set, or taken out where `part` is null. */
const changed = (value: Value, path: string[], part: Value | null): Value => {
  const [key, ...rest] = path
  if (key === undefined) return part ?? { type: 'null' }
  const isLast = rest.length === 0
  if (value.type === 'list') {
    const items = value.items.flatMap((item, at) => {
      if (at !== Number(key)) return [item]
      return isLast && part === null ? [] : [changed(item, rest, part)]
    })
    return { type: 'list', items }
  }
  const known = value.type === 'dict' ? value.entries : []
  const entries = new Map(known.map(([name, item]) => [keyName(name), item]))
  if (isLast && part === null) entries.delete(key)
  else entries.set(key, changed(entries.get(key) ?? { type: 'null' }, rest, part))
  return dict(entries)
}
