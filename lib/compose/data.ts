import type { Value } from '../overrides/override.ts'
import { keyName } from '../params/keys.ts'

/**
 * What a config says: an int is a bigint, a float a number, a mapping a Map that keeps its order.
 * Nothing changes a value that was made: merging makes new ones, so parts may be shared.
 */
export type Data = null | boolean | bigint | number | string | Data[] | Mapping
export type Key = null | boolean | bigint | number | string
export type Mapping = Map<Key, Data>

/** A value that is still to be given, in OmegaConf's spelling. */
export const MISSING = '???'

export const isMapping = (data: Data | undefined): data is Mapping => data instanceof Map

export const isContainer = (data: Data | undefined): data is Data[] | Mapping =>
  isMapping(data) || Array.isArray(data)

export const dataOf = (value: Value): Data => {
  switch (value.type) {
    case 'null':
      return null
    case 'list':
      return value.items.map(dataOf)
    case 'dict':
      return new Map(value.entries.map(([key, item]) => [keyOf(key), dataOf(item)]))
    default:
      return value.value
  }
}

export const asValue = (data: Data): Value => {
  if (Array.isArray(data)) return { type: 'list', items: data.map(asValue) }
  if (isMapping(data)) {
    return { type: 'dict', entries: [...data].map(([key, item]) => [asValue(key), asValue(item)]) }
  }
  if (data === null) return { type: 'null' }
  if (typeof data === 'boolean') return { type: 'bool', value: data }
  if (typeof data === 'bigint') return { type: 'int', value: data }
  if (typeof data === 'number') return { type: 'float', value: data }
  return { type: 'string', value: data, quote: null }
}

/** The key of a mapping that a path's part names: `1` may be a number there. */
export const keyNamed = (mapping: Mapping, part: string): Key | undefined =>
  mapping.has(part) ? part : mapping.keys().find((key) => keyName(asValue(key)) === part)

export const keyOf = (key: Value): Key =>
  key.type === 'list' || key.type === 'dict' || key.type === 'null' ? null : key.value
