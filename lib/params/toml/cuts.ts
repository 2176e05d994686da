import { cutBlock, cutLines, joined, type Splice } from '../splice.ts'
import { type Statements, startsWith } from './statements.ts'

/** What takes everything at `path` out of the text. */
export const cutsOf = (
  text: string,
  { statements, tables }: Statements,
  path: string[],
): Splice[] => {
  const lines = statements
    .filter((one) => startsWith(one.path, path) && (one.table?.path.length ?? 0) < path.length)
    .map(({ node }) => cutLines(text, node.range[0], node.range[1]))
  const blocks = tables
    .filter((one) => startsWith(one.path, path))
    .map(({ node }) => cutBlock(text, node.range[0], node.range[1]))
  return joined([...lines, ...blocks])
}
