import type { Scalar } from 'yaml'
import type { Atom } from '../tree.ts'

/** What a YAML scalar says. A date is `other`: overrides have none. */
export const atomOf = ({ value, tag, source = '' }: Scalar.Parsed): Atom => {
  if (value === null) return { type: 'null' }
  if (typeof value === 'bigint') return { type: 'int', value }
  if (typeof value === 'number') return { type: 'float', value }
  if (typeof value === 'boolean') return { type: 'bool', value }
  if (typeof value !== 'string') return { type: 'other', text: source }
  // The parser leaves `!!float 1` as it is.
  const float = tag === 'tag:yaml.org,2002:float' && /^[-+]?[0-9]/.test(value)
  return float ? { type: 'float', value: Number(value) } : { type: 'string', value }
}
