import { UserError } from '../../errors.ts'
import type { Value } from '../../overrides/override.ts'
import { appended, type Bracketed, withoutItem } from '../bracketed.ts'
import { lastOf } from '../find.ts'
import type { Entry, Opened } from '../format.ts'
import { textKey } from '../keys.ts'
import { saysValue } from '../same.ts'
import type { Splice } from '../splice.ts'
import type { Node, Slot } from '../tree.ts'
import { parsePython } from './parse.ts'
import { pythonText } from './write.ts'

export const openPython = (file: string, text: string): Opened => ({
  root: parsePython(file, text),
  set: (chain, path, value) => setValue(text, lastOf(chain).node, path, value),
  insert: (chain, path, entry) => {
    const { node } = lastOf(chain)
    const whole = [...path, ...entry.keys]
    if (isNames(text, node)) throw namesAreFixed(file, whole)
    const value = namesOf(text, node, entry).reduceRight(
      (inner, name, depth) => (depth === 0 ? `${name}: ${inner}` : `{${name}: ${inner}}`),
      pythonText(whole, entry.value),
    )
    return appended(bracketed(text, node), [value])
  },
  append: (chain, path, items) => {
    const { node } = lastOf(chain)
    if (slotsIn(node).length === 0) return setValue(text, node, path, { type: 'list', items })
    const texts = items.map((item) => pythonText(path, item))
    return appended(bracketed(text, node), texts)
  },
  remove: (chain, path) => {
    const slot = lastOf(chain)
    const { node } = lastOf(chain.slice(0, -1))
    if (isNames(text, node)) throw namesAreFixed(file, path)
    const slots = slotsIn(node)
    const other = slots.find((one) => one !== slot)
    if (text[node.start] === '(' && slots.length === 2 && other !== undefined) {
      // Without its comma a tuple of one would be no tuple.
      return [
        { start: node.start, end: node.end, text: `(${text.slice(other.start, other.end)},)` },
      ]
    }
    return withoutItem(bracketed(text, node), slots.indexOf(slot))
  },
})

const setValue = (text: string, node: Node, path: string[], value: Value): Splice[] => {
  const { content, start, end } = node
  const name = path.join('.')
  if (content.is === 'atom' && content.atom.type === 'code') {
    const [code = ''] = content.atom.text.split('\n')
    const reason = `${name} is not a literal but ${code.slice(0, 60)}`
    throw new UserError('bad-override', reason, 'only literal values can be set in a Python file')
  }
  if (isNames(text, node)) throw new UserError('bad-override', `${name} is a class, not a value`)
  if (saysValue(node, value, (inner) => inner.content)) return []
  const quote = text[start] === '"' ? '"' : "'"
  const literal = pythonText(path, value, quote)
  return [{ start, end, text: text[start] === '(' ? asTuple(value, literal) : literal }]
}

const asTuple = (value: Value, literal: string): string => {
  if (value.type !== 'list') return literal
  return `(${literal.slice(1, -1)}${value.items.length === 1 ? ',' : ''})`
}

/** A number is a key as it is where the keys beside it are numbers too; else it is a string. */
const namesOf = (text: string, node: Node, { keys, key: last }: Entry): string[] => {
  const isNumbered = slotsIn(node).some(({ start }) =>
    /^-?\d+\s*:/.test(text.slice(start, start + 20)),
  )
  return keys.map((key, depth) => {
    if (depth === keys.length - 1 && last.type !== 'string') return pythonText([], last)
    const isNumber = depth === 0 && isNumbered && /^-?\d+$/.test(key)
    return isNumber ? key : pythonText([], textKey(key))
  })
}

/** A module or a class: no dict, but names that code elsewhere uses. */
const isNames = (text: string, node: Node): boolean =>
  node.content.is === 'map' && text[node.start] !== '{'

const namesAreFixed = (file: string, path: string[]): UserError =>
  new UserError(
    'bad-override',
    `${path.join('.')}: names cannot be added to a Python file or deleted from it`,
    `change ${file} by hand`,
  )

const slotsIn = ({ content }: Node): Slot[] => {
  if (content.is === 'atom') return []
  const slots = content.is === 'list' ? content.items : [...content.entries.values()]
  return slots.toSorted((a, b) => a.start - b.start)
}

const bracketed = (text: string, node: Node): Bracketed => ({
  text,
  start: node.start,
  end: node.end,
  items: slotsIn(node).map(({ start, end }) => [start, end]),
  comment: /#[^\n]*/,
})
