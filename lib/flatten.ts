import type { Plain } from './params/plain.ts'

/**
 * The single values of some files by dotted key: `lr`, `model.depth`, `stages.0.name`. A file's name
 * stands before a key only where two files have the same one.
 */
export const flattenFiles = (files: { [file: string]: Plain }): Map<string, Plain> => {
  const [only, ...others] = Object.values(files)
  if (only !== undefined && others.length === 0) {
    const values = new Map<string, Plain>()
    flattenInto(values, '', only)
    return values
  }
  const owners = new Map<string, string[]>()
  const flat = Object.entries(files).map(([file, content]) => {
    const values = new Map<string, Plain>()
    flattenInto(values, '', content)
    for (const key of values.keys()) owners.set(key, [...(owners.get(key) ?? []), file])
    return { file, values }
  })
  const all = new Map<string, Plain>()
  for (const { file, values } of flat) {
    for (const [key, value] of values) {
      all.set((owners.get(key)?.length ?? 0) > 1 ? `${file}:${key}` : key, value)
    }
  }
  return all
}

const flattenInto = (values: Map<string, Plain>, prefix: string, value: Plain): void => {
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value)
    if (entries.length > 0 || prefix === '') {
      for (const [key, inner] of entries) {
        flattenInto(values, prefix === '' ? key : `${prefix}.${key}`, inner)
      }
      return
    }
  }
  values.set(prefix, value)
}
