import { UserError } from '../errors.ts'
import type { Override, Value } from '../overrides/override.ts'
import { find } from './find.ts'
import type { Slot, View } from './tree.ts'

/**
 * Refuses an unquoted `${key}` that leads nowhere: the program would fail on it. One of a resolver
 * (`${oc.env:HOME}`) is the program's to resolve, and quotes make it plain text.
 */
export const refuseDangling = (
  file: string,
  root: Slot,
  overrides: readonly Override[],
  view: View,
): void => {
  for (const { path, value, text } of overrides) {
    for (const { at, name } of value === null ? [] : namesIn(path, value)) {
      if (find(root, at, view).missing.length === 0) continue
      throw new UserError(
        'bad-override',
        `${text}: ${file} has no ${at.join('.')} for \${${name}} to mean`,
        `single quotes inside the argument keep it as text: '\${${name}}'`,
      )
    }
  }
}

interface Reference {
  name: string
  at: string[]
}

const namesIn = (path: string[], value: Value): Reference[] => {
  if (value.type === 'list') {
    return value.items.flatMap((item, at) => namesIn([...path, String(at)], item))
  }
  if (value.type === 'dict') {
    return value.entries.flatMap(([key, item]) =>
      key.type === 'string' ? namesIn([...path, key.value], item) : [],
    )
  }
  if (value.type !== 'string' || value.quote !== null) return []
  return value.value
    .matchAll(/\$\{([^{}:]*)\}/g)
    .map(([, name = '']) => referenceOf(path, name))
    .toArray()
}

/** One dot is the map that holds the value, each more the map around it. */
const referenceOf = (path: string[], name: string): Reference => {
  const dots = /^\.*/.exec(name)?.[0].length ?? 0
  const from = dots === 0 ? [] : path.slice(0, Math.max(0, path.length - dots))
  const parts = name.slice(dots).split(/[.[\]]/)
  return { name, at: [...from, ...parts.filter((part) => part !== '')] }
}
