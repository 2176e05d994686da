import { floatText } from '../overrides/float-text.ts'
import type { Value } from '../overrides/override.ts'
import type { Atom } from './tree.ts'

/** The name under which a dict's key is found again, whatever its type. */
export const keyName = (key: Value | Atom): string => {
  if (key.type === 'list' || key.type === 'dict') throw new TypeError('a key has no parts')
  if (key.type === 'null') return 'null'
  if ('text' in key) return key.text
  // With its dot, so that it is a number in YAML 1.1 too.
  return key.type === 'float' ? dotted(floatText(key.value)) : String(key.value)
}

/** `1e-05` as `1.0e-05`. */
export const dotted = (float: string): string => float.replace(/^(-?\d)e/, '$1.0e')

/** The value within maps of these keys. */
export const nested = (keys: string[], value: Value): Value =>
  keys.reduceRight<Value>(
    (inner, key) => ({
      type: 'dict',
      entries: [[textKey(key), inner]],
    }),
    value,
  )

/** A key that is text, whatever it looks like. */
export const textKey = (value: string): Value => ({ type: 'string', value, quote: null })
