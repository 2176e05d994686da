/** Puts `text` in place of what stands from `start` to `end`. */
export interface Splice {
  start: number
  end: number
  text: string
}

export const put = (at: number, text: string): Splice => ({ start: at, end: at, text })

export const cut = (start: number, end: number): Splice => ({ start, end, text: '' })

/** The text with every splice made, or null where two would change the same characters. */
export const spliced = (text: string, splices: readonly Splice[]): string | null => {
  const parts: string[] = []
  let done = 0
  for (const splice of splices.toSorted((a, b) => a.start - b.start)) {
    if (splice.start < done) return null
    parts.push(text.slice(done, splice.start), splice.text)
    done = splice.end
  }
  parts.push(text.slice(done))
  return parts.join('')
}

/** The line ending that the text's first line has. */
export const newlineOf = (text: string): string => {
  const at = text.indexOf('\n')
  return at > 0 && text[at - 1] === '\r' ? '\r\n' : '\n'
}

export const lineStart = (text: string, at: number): number =>
  at === 0 ? 0 : text.lastIndexOf('\n', at - 1) + 1

/** Where the line of `at` ends, before its line ending. */
export const lineEnd = (text: string, at: number): number => {
  const newline = text.indexOf('\n', at)
  if (newline < 0) return text.length
  return newline > at && text[newline - 1] === '\r' ? newline - 1 : newline
}

/** Where the line after that of `at` begins. */
export const nextLine = (text: string, at: number): number => {
  const newline = text.indexOf('\n', at)
  return newline < 0 ? text.length : newline + 1
}

/** Whether only blanks stand before `at` on its line. */
export const startsLine = (text: string, at: number): boolean =>
  /^[ \t]*$/.test(text.slice(lineStart(text, at), at))

/** Takes whole lines out; of the last line of a file without a final newline, the newline before it. */
export const cutLines = (text: string, start: number, end: number): Splice => {
  const from = lineStart(text, start)
  const to = text[end - 1] === '\n' ? end : nextLine(text, end)
  if (to < text.length || text.endsWith('\n') || from === 0) return cut(from, to)
  return cut(from - (text[from - 2] === '\r' ? 2 : 1), to)
}

/** Takes blocks of lines out with the blank ones behind them, or those before a last one. */
export const cutBlocks = (text: string, blocks: [from: number, to: number][]): Splice[] =>
  joined(blocks.map(([from, to]) => cutBlock(text, from, to))).map((block) =>
    block.end < text.length ? block : { ...block, start: withoutBlankAbove(text, block.start) },
  )

const cutBlock = (text: string, from: number, to: number): Splice => {
  let end = nextLine(text, to)
  while (end < text.length && isBlank(text, end)) end = nextLine(text, end)
  return cut(lineStart(text, from), end)
}

const withoutBlankAbove = (text: string, from: number): number => {
  let start = from
  while (start > 0 && isBlank(text, lineStart(text, start - 1))) start = lineStart(text, start - 1)
  return start
}

const isBlank = (text: string, at: number): boolean =>
  text.slice(at, nextLine(text, at)).trim() === ''

/** Cuts that touch or overlap as one. */
export const joined = (cuts: Splice[]): Splice[] => {
  const apart: Splice[] = []
  for (const each of cuts.toSorted((a, b) => a.start - b.start)) {
    const last = apart.at(-1)
    if (last === undefined || each.start > last.end) apart.push({ ...each })
    else last.end = Math.max(last.end, each.end)
  }
  return apart
}
