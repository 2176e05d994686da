import { UserError } from '../../errors.ts'
import { floatText } from '../../overrides/float-text.ts'
import type { Value } from '../../overrides/override.ts'
import { keyName } from '../keys.ts'

/** A value as TOML on one line; a string in literal quotes if those are wanted and can hold it. */
export const tomlText = (path: string[], value: Value, quote: "'" | '"' = '"'): string => {
  if (value.type === 'null') throw cannot(path, 'null', 'TOML has no null', `~${path.join('.')}`)
  if (value.type === 'string') return stringText(path, value.value, quote)
  if (value.type === 'float') return floatText(value.value)
  if (value.type === 'int') return integer(path, value.value)
  if (value.type === 'bool') return String(value.value)
  if (value.type === 'list')
    return `[${value.items.map((item) => tomlText(path, item)).join(', ')}]`
  const entries = value.entries.map(
    ([key, item]) => `${tomlKey([keyName(key)])} = ${tomlText(path, item)}`,
  )
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`
}

/** A key as TOML, dotted where it has several parts. */
export const tomlKey = (parts: string[]): string =>
  parts.map((part) => (/^[\w-]+$/.test(part) ? part : stringText(parts, part, '"'))).join('.')

const stringText = (path: string[], text: string, quote: "'" | '"'): string => {
  if (!text.isWellFormed()) throw cannot(path, '…', 'it is not Unicode text', null)
  if (quote === "'" && !/['\p{Cc}]/u.test(text)) return `'${text}'`
  return JSON.stringify(text).replaceAll('\u007F', '\\u007F')
}

const integer = (path: string[], value: bigint): string => {
  if (BigInt.asIntN(64, value) === value) return String(value)
  throw cannot(path, String(value), 'TOML integers have 64 bits', `${path.join('.')}='${value}'`)
}

const cannot = (path: string[], text: string, reason: string, instead: string | null): UserError =>
  new UserError(
    'bad-override',
    `${path.join('.')}=${text}: ${reason}`,
    instead === null ? null : `${instead} may do`,
  )
