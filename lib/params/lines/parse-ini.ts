import { badFile } from '../bad-file.ts'
import { lineEnd, nextLine } from '../splice.ts'
import { type Content, type Node, type Range, type Slot, slotOf } from '../tree.ts'

/** A section of an INI file; the first has no header and holds what stands above all others. */
export interface Section {
  path: string[]
  header: Range | null
  slots: Slot[]
}

/** Reads an INI file: what it says, dotted section names as maps in maps, and its sections. */
export const parseIni = (file: string, text: string): { root: Slot; sections: Section[] } => {
  const root = newMap(0)
  const sections: Section[] = [{ path: [], header: null, slots: [] }]
  let holder = root
  let open: Open | null = null
  for (let at = 0; at < text.length; at = nextLine(text, at)) {
    const line = text.slice(at, lineEnd(text, at))
    const indent = line.length - line.trimStart().length
    if (line.trim() === '' || /^\s*[;#]/.test(line)) continue
    if (open !== null && indent > open.indent) {
      continueValue(open, line, at)
      continue
    }
    const header = /^\s*\[([^\]]+)\]/.exec(line)
    open = null
    if (header !== null) {
      const path = (header[1] ?? '').trim().split('.')
      holder = reach(file, text, root, path, at + indent)
      sections.push({ path, header: [at + indent, at + header[0].length], slots: [] })
      continue
    }
    const { name, slot } = entryOf(file, text, line, at)
    open = { slot, indent }
    enter(file, text, holder, name, slot)
    sections.at(-1)?.slots.push(slot)
  }
  return { root: slotOf(root), sections }
}

interface Open {
  slot: Slot
  indent: number
}

const newMap = (at: number): Node => ({
  content: { is: 'map', entries: new Map(), merged: [] },
  start: at,
  end: at,
})

/** The value up to a comment, which a blank stands before. */
const valueEnd = (line: string, from: number): number => {
  const value = line.slice(from)
  const quoted = /^(?:"[^"]*"|'[^']*')(?=\s*(?:[;#]|$))/.exec(value)?.[0]
  return from + (quoted ?? value.replace(/(?:^|\s)[;#].*$/, '')).trimEnd().length
}

const entryOf = (
  file: string,
  text: string,
  line: string,
  at: number,
): { name: string; slot: Slot } => {
  const [before, blank = '', name = ''] = /^(\s*)([^=:]+?)\s*[=:][ \t]*/.exec(line) ?? []
  if (before === undefined) throw badFile(file, text, at, 'neither a [section] nor key = value')
  const end = valueEnd(line, before.length)
  const source = line.slice(before.length, end)
  const node: Node = {
    content: textContent(unquoted(source)),
    start: at + before.length,
    end: at + end,
  }
  return { name, slot: slotOf(node, at + blank.length) }
}

const textContent = (value: string): Content => ({ is: 'atom', atom: { type: 'string', value } })

const unquoted = (source: string): string =>
  /^(?:"[^"]*"|'[^']*')$/.test(source) ? source.slice(1, -1) : source

/** A line indented deeper than its key goes on with the value. */
const continueValue = ({ slot }: Open, line: string, at: number): void => {
  const { node } = slot
  const end = valueEnd(line, 0)
  if (node.content.is !== 'atom' || node.content.atom.type !== 'string') return
  node.content = textContent(`${node.content.atom.value}\n${line.slice(0, end).trimStart()}`)
  node.end = at + end
  slot.end = node.end
}

const reach = (file: string, text: string, root: Node, path: string[], at: number): Node => {
  let node = root
  for (const part of path) {
    const known = node.content.is === 'map' ? node.content.entries.get(part) : undefined
    const next = known?.node ?? newMap(at)
    if (known === undefined) enter(file, text, node, part, slotOf(next))
    node = next
  }
  if (node.content.is === 'map') return node
  throw badFile(file, text, at, `${path.join('.')} is a key above and a section here`)
}

const enter = (file: string, text: string, { content }: Node, name: string, slot: Slot): void => {
  if (content.is !== 'map') return
  if (content.entries.has(name)) {
    throw badFile(file, text, slot.start, `${name} stands here a second time`)
  }
  content.entries.set(name, slot)
}
