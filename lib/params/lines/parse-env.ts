import { badFile } from '../bad-file.ts'
import { lineEnd, nextLine } from '../splice.ts'
import { type Node, type Slot, slotOf } from '../tree.ts'

/** Reads a `.env` file; of a name that stands twice the last one counts. */
export const parseEnv = (file: string, text: string): Slot => {
  const entries = new Map<string, Slot>()
  let at = 0
  while (at < text.length) {
    const line = text.slice(at, lineEnd(text, at))
    const [before, blank = '', name = ''] =
      /^(\s*)(?:export[ \t]+)?([\w.-]+)[ \t]*=[ \t]*/.exec(line) ?? []
    if (before === undefined) {
      if (!/^\s*(?:#|$)/.test(line)) throw badFile(file, text, at, 'not NAME=value')
      at = nextLine(text, at)
      continue
    }
    const node = valueAt(file, text, at + before.length)
    entries.delete(name)
    entries.set(name, slotOf(node, at + blank.length))
    at = nextLine(text, node.end)
  }
  return slotOf({ content: { is: 'map', entries, merged: [] }, start: 0, end: text.length })
}

const valueAt = (file: string, text: string, start: number): Node => {
  const rest = text.slice(start)
  const quote = rest[0]
  if (quote !== '"' && quote !== "'") {
    const source = /^[^\r\n]*?(?=[ \t]+#|[ \t]*\r?(?:\n|$))/.exec(rest)?.[0] ?? ''
    return textNode(source, start, start + source.length)
  }
  const source = QUOTED.exec(rest)?.[0]
  if (source === undefined) throw badFile(file, text, start, 'this quote is not closed')
  const inner = source.slice(1, -1)
  const value =
    quote === '"' ? inner.replace(/\\([nrt"\\])/g, (_, sign) => SIGNS[sign] ?? sign) : inner
  return textNode(value, start, start + source.length)
}

// A quoted value may go on over lines.
const QUOTED = /^(?:"[^"\\]*(?:\\[\s\S][^"\\]*)*"|'[^']*')(?=[ \t]*(?:#[^\n]*)?\r?(?:\n|$))/

const SIGNS: { [sign: string]: string | undefined } = { n: '\n', r: '\r', t: '\t' }

const textNode = (value: string, start: number, end: number): Node => ({
  content: { is: 'atom', atom: { type: 'string', value } },
  start,
  end,
})
