import type { Value } from '../../overrides/override.ts'
import type { Splice } from '../splice.ts'
import { cutsOf } from './cuts.ts'
import { insertInto } from './insert.ts'
import { type Statements, startsWith } from './statements.ts'
import { tomlKey, tomlText } from './write.ts'

/** Puts one value in the place of all the tables, or the dotted keys, that made a map or list. */
export const rewrite = (text: string, all: Statements, path: string[], value: Value): Splice[] => {
  const cuts = cutsOf(text, all, path)
  const holder = path.slice(0, -1)
  const dotted = all.statements.find(
    (one) => startsWith(one.path, path) && (one.table?.path.length ?? 0) < path.length,
  )
  if (dotted === undefined) {
    return [...insertInto(text, all, holder, path.slice(-1), value), ...cuts]
  }
  const key = tomlKey(path.slice(dotted.table?.path.length ?? 0))
  const [start, end] = dotted.node.range
  const line = { start, end, text: `${key} = ${tomlText(path, value)}` }
  return [line, ...cuts.filter((cut) => cut.end <= start || cut.start >= end)]
}
