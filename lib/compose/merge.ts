import { UserError } from '../errors.ts'
import { type Data, isContainer, isMapping, type Mapping, MISSING } from './data.ts'

/** What an interpolation stands for so far, if that is a list or a mapping. */
export type Deref = (text: string, path: readonly string[]) => Data | null

/**
 * Lays one config over another: mappings are merged, anything else is replaced. Throws a
 * `UserError` that begins with the key where a list meets a mapping.
 */
export const merged = (
  below: Mapping,
  above: Mapping,
  deref: Deref,
  path: readonly string[] = [],
): Mapping => {
  const result: Mapping = new Map(below)
  for (const [key, over] of above) {
    const at = [...path, String(key)]
    const under = result.get(key)
    result.set(key, under === undefined ? over : mergedAt(under, over, deref, at))
  }
  return result
}

const mergedAt = (under: Data, over: Data, deref: Deref, path: string[]): Data => {
  if (over === MISSING) return under
  if (!isContainer(over)) return over
  const target = typeof under === 'string' ? (deref(under, path) ?? under) : under
  if (!isContainer(target)) return over
  if (isMapping(target) && isMapping(over)) return merged(target, over, deref, path)
  if (isMapping(target) === isMapping(over)) return over
  const what = isMapping(over)
    ? 'is a list, and a mapping is laid over it'
    : 'is a mapping, and a list is laid over it'
  throw new UserError('bad-config', `${path.join('.')} ${what}`)
}

/** A config below the package it belongs to: `db.main` makes `{db: {main: …}}` of it. */
export const within = (pkg: string, data: Data): Data =>
  pkg === ''
    ? data
    : pkg.split('.').reduceRight<Data>((inner, part) => new Map([[part, inner]]), data)
