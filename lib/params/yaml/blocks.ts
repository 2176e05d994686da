import type { Bracketed } from '../bracketed.ts'
import { lineStart } from '../splice.ts'
import type { Node, Slot } from '../tree.ts'

/** Whether a list or map is written in brackets; what has no text yet will be. */
export const isFlow = (text: string, { start }: Node): boolean =>
  text[start] === '[' || text[start] === '{'

/** Everything that stands in a map or list, merge keys too, in the order of the text. */
export const slotsIn = ({ content }: Node): Slot[] => {
  if (content.is === 'atom') return []
  if (content.is === 'list') return content.items
  return [...content.merged, ...content.entries.values()].toSorted((a, b) => a.start - b.start)
}

export const bracketed = (text: string, node: Node): Bracketed => ({
  text,
  start: node.start,
  end: node.end,
  items: slotsIn(node).map(({ start, end }) => [start, end]),
  comment: /#[^\n]*/,
})

/** The blanks that bring a line to the column of `at`, which may stand behind a dash. */
export const marginOf = (text: string, at: number): string => ' '.repeat(at - lineStart(text, at))
