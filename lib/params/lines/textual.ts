import { UserError } from '../../errors.ts'
import { floatText } from '../../overrides/float-text.ts'
import type { Value } from '../../overrides/override.ts'
import type { Atom, Node } from '../tree.ts'

/** A value in a file that holds nothing but text. */
export const textual = (said: string, value: Value): Value => {
  if (value.type === 'dict') {
    return { type: 'dict', entries: value.entries.map(([key, item]) => [key, textual(said, item)]) }
  }
  if (value.type === 'string') return value
  if (value.type === 'float') return asText(floatText(value.value))
  if (value.type === 'int' || value.type === 'bool') return asText(String(value.value))
  throw new UserError('bad-override', `${said}: a file of plain text holds no ${value.type}`)
}

/** The text a value is set to, where only text can stand. */
export const textOf = (value: Value): string => {
  if (value.type === 'string') return value.value
  throw new UserError('bad-override', 'a dict cannot take the place of a line of text')
}

/** What a text without quotes looks like: a number, a truth value, or just text. */
export const guessed = (text: string): Atom => {
  if (/^[-+]?(?:0|[1-9][0-9]*)$/.test(text))
    return { type: 'int', value: BigInt(text.replace('+', '')) }
  if (/^[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[-+]?[0-9]+)?$/i.test(text)) {
    return { type: 'float', value: Number(text) }
  }
  if (/^(?:true|false)$/i.test(text)) return { type: 'bool', value: text.toLowerCase() === 'true' }
  const [, minus, name] = /^([-+]?)(nan|inf|infinity)$/i.exec(text) ?? []
  if (name === undefined) return { type: 'string', value: text }
  const size = name.toLowerCase() === 'nan' ? Number.NaN : Number.POSITIVE_INFINITY
  return { type: 'float', value: minus === '-' ? -size : size }
}

/** The type of each text of a file, quoted ones being text whatever they look like. */
export const guessedIn =
  (text: string) =>
  (atom: Atom, { start }: Node): Atom =>
    atom.type === 'string' && !/["']/.test(text[start] ?? '') ? guessed(atom.value) : atom

const asText = (value: string): Value => ({ type: 'string', value, quote: null })

export const noLists = (): never => {
  throw new UserError('bad-override', 'a file of plain text holds no lists')
}
