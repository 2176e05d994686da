import { UserError } from '../../errors.ts'
import { floatText } from '../../overrides/float-text.ts'
import type { Value } from '../../overrides/override.ts'
import { keyName } from '../keys.ts'

/** A value as JSON; `path` says in an error where it was to go. */
export const jsonText = (path: string[], value: Value): string => {
  if (value.type === 'null') return 'null'
  if (value.type === 'string') return JSON.stringify(value.value)
  if (value.type === 'float') return jsonFloat(path, value.value)
  if (value.type === 'list')
    return `[${value.items.map((item) => jsonText(path, item)).join(', ')}]`
  if (value.type !== 'dict') return String(value.value)
  const entries = value.entries.map(
    ([key, item]) => `${JSON.stringify(keyName(key))}: ${jsonText(path, item)}`,
  )
  return `{${entries.join(', ')}}`
}

const jsonFloat = (path: string[], value: number): string => {
  if (Number.isFinite(value)) return floatText(value)
  const name = path.join('.')
  throw new UserError(
    'bad-override',
    `${name}=${floatText(value)}: JSON has no number for ${floatText(value)}`,
    `as text it can be kept: ${name}='${floatText(value)}'`,
  )
}
