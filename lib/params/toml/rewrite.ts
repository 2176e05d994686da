import type { Value } from '../../overrides/override.ts'
import type { Splice } from '../splice.ts'
import { cutsOf } from './cuts.ts'
import { insertInto } from './insert.ts'
import { depthOf, type Statements, startsWith } from './statements.ts'
import { tomlKey, tomlText } from './write.ts'

/** Puts one value in the place of all the tables, or the dotted keys, that made a map or list. */
export const rewrite = (text: string, all: Statements, path: string[], value: Value): Splice[] => {
  const cuts = cutsOf(text, all, path)
  const holder = path.slice(0, -1)
  const dotted = all.statements.find(
    (one) => startsWith(one.path, path) && depthOf(one) < path.length,
  )
  if (dotted === undefined) {
    const added = insertInto(text, all, holder, { keys: path.slice(-1), value })
    return [...added.map((put) => outside(put, cuts)), ...cuts]
  }
  const key = tomlKey(path.slice(depthOf(dotted)))
  const [start, end] = dotted.range
  const line = { start, end, text: `${key} = ${tomlText(path, value)}` }
  return [line, ...cuts.filter((cut) => cut.end <= start || cut.start >= end)]
}

/** A splice that falls within a cut, where the cut begins. */
const outside = (put: Splice, cuts: Splice[]): Splice => {
  const around = cuts.find((cut) => cut.start < put.start && put.start < cut.end)
  return around === undefined ? put : { ...put, start: around.start, end: around.start }
}
