import { cutBlocks, cutLines, joined, type Splice } from '../splice.ts'
import { depthOf, type Statements, startsWith } from './statements.ts'

/** What takes everything at `path` out of the text. */
export const cutsOf = (
  text: string,
  { statements, tables }: Statements,
  path: string[],
): Splice[] => {
  const lines = statements
    .filter((one) => startsWith(one.path, path) && depthOf(one) < path.length)
    .map(({ range }) => cutLines(text, range[0], range[1]))
  const blocks = tables.filter((one) => startsWith(one.path, path)).map(({ range }) => range)
  return joined([...lines, ...cutBlocks(text, blocks)])
}
