import { UserError } from '../errors.ts'
import type { Override, Value } from '../overrides/override.ts'
import { type Found, find, lastOf } from './find.ts'
import type { Entry } from './format.ts'
import { keyName, nested, textKey } from './keys.ts'
import { saysValue } from './same.ts'
import { shown } from './shown.ts'
import type { Content, Slot, View } from './tree.ts'
import { unknownParameter } from './unknown-parameter.ts'

/** One change to the text. */
export type Step =
  | { do: 'set'; path: string[]; value: Value }
  | { do: 'insert'; path: string[]; entry: Entry }
  | { do: 'append'; path: string[]; items: Value[] }
  | { do: 'remove'; path: string[] }

/** What an override changes in a file, by Hydra's rules; an error if it may not. */
export const stepsOf = (file: string, root: Slot, override: Override, view: View): Step[] => {
  const { operation, path, value, text } = override
  const place: Place = { file, root, view }
  if (path.length === 0 || path.includes('')) throw refused(text, 'a key is missing before the =')
  if (view(root.node).is !== 'map') {
    throw new UserError('bad-params-file', `${file} has no keys: it is one value or a list`)
  }
  const found = find(root, path, view)
  if (operation === 'delete') return [deletion(place, override, found)]
  if (value === null) throw refused(text, 'a value is missing')
  if (operation === 'extend-list') return [extension(place, override, found)]
  if (operation === 'change') return assign(place, path, value, 'known')
  if (operation === 'add') refusePresent(place, override, found, value)
  return assign(place, path, value, 'any')
}

interface Place {
  file: string
  root: Slot
  view: View
}

const refused = (text: string, reason: string, hint: string | null = null): UserError =>
  new UserError('bad-override', `${text}: ${reason}`, hint)

const deletion = ({ file, view }: Place, override: Override, found: Found): Step => {
  const { path, value, text } = override
  if (found.missing.length > 0) throw unknownParameter(file, path, found, view, null)
  const { node } = lastOf(found.chain)
  if (value !== null && !equals(view(node), value, view)) {
    throw refused(
      text,
      `${path.join('.')} is ${shown(view(node))}`,
      `~${path.join('.')} deletes it`,
    )
  }
  return { do: 'remove', path }
}

const extension = ({ file, view }: Place, override: Override, found: Found): Step => {
  const { path, value, text } = override
  if (found.missing.length > 0) throw unknownParameter(file, path, found, view, null)
  const content = view(lastOf(found.chain).node)
  if (content.is === 'list' && value?.type === 'list') {
    return { do: 'append', path, items: value.items }
  }
  throw refused(text, `${path.join('.')} is no list but ${shown(content)}`)
}

/** Python's equality, which the rule was made in: 1 is 1.0. */
const equals = (content: Content, value: Value, view: View): boolean => {
  if (content.is === 'atom') {
    const { atom } = content
    if (atom.type === 'int' && value.type === 'float') return Number(atom.value) === value.value
    if (atom.type === 'float' && value.type === 'int') return atom.value === Number(value.value)
  }
  return saysValue({ content, start: -1, end: -1 }, value, view)
}

const refusePresent = (
  place: Place,
  { path, text }: Override,
  found: Found,
  value: Value,
): void => {
  if (found.missing.length > 0 || value.type === 'dict' || value.type === 'list') return
  const content = place.view(lastOf(found.chain).node)
  if (isUnset(content)) return
  const name = path.join('.')
  const hint = `${name}=… changes it, ++${name}=… adds or changes it`
  throw refused(text, `${name} is already in ${place.file}: ${shown(content)}`, hint)
}

/** Null, or OmegaConf's sign for a value that is still to be given. */
const isUnset = (content: Content): boolean => {
  if (content.is !== 'atom') return false
  const { atom } = content
  return atom.type === 'null' || (atom.type === 'string' && atom.value === '???')
}

const assign = (
  place: Place,
  path: string[],
  value: Value,
  keys: 'known' | 'any',
  key: Value = textKey(lastOf(path)),
): Step[] => {
  const found = find(place.root, path, place.view)
  if (found.missing.length > 0) return missing(place, path, { key, value }, keys, found)
  const content = place.view(lastOf(found.chain).node)
  if (value.type !== 'dict' || content.is !== 'map') return replace(place, path, value)
  return value.entries.flatMap(([inner, item]) =>
    assign(place, [...path, keyName(inner)], item, keys, inner),
  )
}

const missing = (
  { file, view }: Place,
  path: string[],
  { key, value }: Omit<Entry, 'keys'>,
  keys: 'known' | 'any',
  found: Found,
): Step[] => {
  const holder = view(lastOf(found.chain).node)
  if (keys === 'known' || holder.is === 'list') throw unknownParameter(file, path, found, view)
  const known = path.slice(0, path.length - found.missing.length)
  if (holder.is === 'map') {
    return [{ do: 'insert', path: known, entry: { keys: found.missing, key, value } }]
  }
  // `+lr.sub=1` where lr is 0.1: the map takes the number's place.
  return [{ do: 'set', path: known, value: nested(found.missing, value) }]
}

/** Part by part where the old value has the same parts, so that what stays the same keeps its text. */
const replace = (place: Place, path: string[], value: Value): Step[] => {
  const whole: Step[] = [{ do: 'set', path, value }]
  const content = place.view(lastOf(find(place.root, path, place.view).chain).node)
  const parts = partsOf(value)
  if (parts === null || parts.length === 0 || !hasParts(content, value, parts)) return whole
  const steps = parts.map(([key, part]) => replace(place, [...path, key], part))
  // A map that other keys replace has to be written anew, and in TOML that means its list too.
  const anew = parts.some(([key, part], at) => {
    const [first] = steps[at] ?? []
    const isItself = first?.path.length === path.length + 1 && first.path.at(-1) === key
    return isItself && (part.type === 'dict' || isMap(place, [...path, key]))
  })
  return anew ? whole : steps.flat()
}

const partsOf = (value: Value): [key: string, part: Value][] | null => {
  if (value.type === 'list') return value.items.map((item, at) => [String(at), item])
  return value.type === 'dict' ? value.entries.map(([key, item]) => [keyName(key), item]) : null
}

const hasParts = (content: Content, { type }: Value, parts: [string, Value][]): boolean => {
  if (content.is === 'list') return type === 'list' && content.items.length === parts.length
  if (content.is !== 'map' || type !== 'dict' || content.merged.length > 0) return false
  const { entries } = content
  return entries.size === parts.length && parts.every(([key]) => entries.has(key))
}

const isMap = ({ root, view }: Place, path: string[]): boolean =>
  view(lastOf(find(root, path, view).chain).node).is === 'map'
