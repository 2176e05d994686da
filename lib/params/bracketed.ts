import {
  cut,
  lineEnd,
  lineStart,
  newlineOf,
  nextLine,
  put,
  type Splice,
  startsLine,
} from './splice.ts'
import type { Range } from './tree.ts'

/** A list or map in brackets, its items' places in order, and what a comment looks like there. */
export interface Bracketed {
  text: string
  start: number
  end: number
  items: Range[]
  comment: RegExp
}

/** Puts items after the last, each on a line of its own if that one has one. */
export const appended = (within: Bracketed, added: string[], separator = ', '): Splice[] => {
  const { text, start, end, items } = within
  if (added.length === 0) return []
  const last = items.at(-1)
  const between = separatorOf(within, separator)
  if (last === undefined) {
    const isBlank = text.slice(start + 1, end - 1).trim() === ''
    return [{ start: start + 1, end: isBlank ? end - 1 : start + 1, text: added.join(between) }]
  }
  if (!startsLine(text, last[0])) return [put(last[1], between + added.join(between))]
  const comma = commaAfter(within, last[1])
  const after = comma === null ? last[1] : comma + 1
  const bottom = lineEnd(text, after)
  const at = bottom < end ? bottom : after
  const margin = newlineOf(text) + text.slice(lineStart(text, last[0]), last[0])
  const lines = margin + added.join(`,${margin}`)
  return comma === null ? [put(last[1], ','), put(at, lines)] : [put(at, `${lines},`)]
}

/** Takes an item out, with its line if that is all the line holds, and one comma. */
export const withoutItem = (within: Bracketed, index: number): Splice[] => {
  const { text, start, end, items } = within
  const item = items[index]
  if (item === undefined) return []
  const comma = commaAfter(within, item[1])
  const after = comma === null ? item[1] : comma + 1
  if (items.length === 1) {
    const rest = text.slice(start + 1, item[0]) + text.slice(after, end - 1)
    return [rest.trim() === '' ? cut(start + 1, end - 1) : cut(item[0], after)]
  }
  const before = items[index - 1]
  const next = items[index + 1]
  if (hasOwnLine(within, item[0], after)) {
    const line = cut(lineStart(text, item[0]), nextLine(text, after))
    const dangling = comma === null && before !== undefined ? commaAfter(within, before[1]) : null
    return dangling === null ? [line] : [cut(dangling, dangling + 1), line]
  }
  if (next === undefined || (before !== undefined && text.slice(after, next[0]).includes('\n'))) {
    return [cut(before?.[1] ?? item[0], before === undefined ? after : item[1])]
  }
  return [cut(item[0], text.slice(after, next[0]).includes('\n') ? after : next[0])]
}

const hasOwnLine = (within: Bracketed, from: number, after: number): boolean => {
  const { text, end, comment } = within
  if (!startsLine(text, from)) return false
  const bottom = lineEnd(text, after)
  return bottom < end && skipped(text, after, bottom, comment) >= bottom
}

const commaAfter = ({ text, end, comment }: Bracketed, from: number): number | null => {
  const at = skipped(text, from, end, comment)
  return text[at] === ',' ? at : null
}

/** Behind the blanks and comments at `from`. */
const skipped = (text: string, from: number, end: number, comment: RegExp): number => {
  const skip = new RegExp(`(?:\\s|${comment.source})+`, 'y')
  skip.lastIndex = from
  return skip.test(text) ? Math.min(skip.lastIndex, end) : from
}

/** As it stands between the last two items. */
const separatorOf = ({ text, items }: Bracketed, otherwise: string): string => {
  const [before, last] = items.slice(-2)
  if (before === undefined || last === undefined) return otherwise
  const between = text.slice(before[1], last[0])
  return /^ *, *$/.test(between) ? between : otherwise
}
