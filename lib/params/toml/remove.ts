import { withoutItem } from '../bracketed.ts'
import { newlineOf, type Splice } from '../splice.ts'
import { cutsOf } from './cuts.ts'
import { bracketed, locate } from './locate.ts'
import { rewrite } from './rewrite.ts'
import { depthOf, isPath, type Statements, startsWith } from './statements.ts'
import { tomlKey } from './write.ts'

/** Takes a key out: an item of brackets, a statement, or all tables and dotted keys of that name. */
export const removeFrom = (text: string, all: Statements, path: string[]): Splice[] => {
  const located = locate(all, path)
  if (located?.within)
    return withoutItem(bracketed(text, located.within.brackets), located.within.index)
  const holder = path.slice(0, -1)
  if (isLastItem(all, path)) return rewrite(text, all, holder, { type: 'list', items: [] })
  const cuts = cutsOf(text, all, path)
  return staysNamed(all, holder, path) ? cuts : named(text, all, cuts, holder)
}

const isLastItem = ({ tables }: Statements, path: string[]): boolean => {
  const items = tables.filter((one) => one.isItem && one.path.length === path.length)
  const sisters = items.filter((one) => startsWith(one.path, path.slice(0, -1)))
  return sisters.length === 1 && sisters.some((one) => isPath(one.path, path))
}

/** Whether the map around `path` is still there without it. */
const staysNamed = (
  { statements, tables }: Statements,
  holder: string[],
  path: string[],
): boolean =>
  holder.length === 0 ||
  [...statements, ...tables].some(
    (one) => startsWith(one.path, holder) && !startsWith(one.path, path),
  )

/** Names the map, now empty, in the place of what was in it. */
const named = (
  text: string,
  { statements }: Statements,
  cuts: Splice[],
  holder: string[],
): Splice[] => {
  const [first, ...others] = cuts
  if (first === undefined) return []
  const newline = newlineOf(text)
  const dotted = statements.find(({ range }) => first.start <= range[0] && range[0] < first.end)
  const depth = dotted === undefined ? 0 : depthOf(dotted)
  const isTable =
    dotted === undefined ||
    depth > holder.length ||
    /^\s*\[/.test(text.slice(first.start, first.end))
  const line = isTable ? `[${tomlKey(holder)}]` : `${tomlKey(holder.slice(depth))} = {}`
  return [{ ...first, text: line + newline }, ...others]
}
