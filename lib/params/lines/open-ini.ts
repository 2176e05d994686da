import { UserError } from '../../errors.ts'
import type { Value } from '../../overrides/override.ts'
import { lastOf } from '../find.ts'
import type { Opened } from '../format.ts'
import { saysValue } from '../same.ts'
import { cutBlocks, cutLines, lineEnd, newlineOf, put, type Splice } from '../splice.ts'
import type { Node, Slot } from '../tree.ts'
import { parseIni, type Section } from './parse-ini.ts'
import { noLists, textOf, textual } from './textual.ts'

/** INI as Python's configparser reads it, but for comments behind a value, which stay comments. */
export const openIni = (file: string, text: string): Opened => {
  const { root, sections } = parseIni(file, text)
  return {
    root,
    textual,
    set: (chain, path, value) => setText(text, lastOf(chain).node, path, value),
    insert: (_chain, path, { keys, value }) => {
      const section = [...path, ...keys.slice(0, -1)]
      return [insertLine(text, sections, section, lastOf(keys), lineOf(value))]
    },
    append: noLists,
    remove: (chain, path) => {
      const { node, start, end } = lastOf(chain)
      return node.content.is === 'map'
        ? cutSections(text, sections, path)
        : [cutLines(text, start, end)]
    },
  }
}

const setText = (text: string, node: Node, path: string[], value: Value): Splice[] => {
  const name = path.join('.')
  if (node.content.is === 'map')
    throw new UserError('bad-override', `${name} is a section, not a key`)
  if (saysValue(node, value, ({ content }) => content)) return []
  const { start, end } = node
  const quote = /^["']/.exec(text.slice(start, end))?.[0] ?? ''
  const gap = start === end && /[ \t][=:]$/.test(text.slice(0, start).slice(-2)) ? ' ' : ''
  return [{ start, end, text: gap + quote + lineOf(value) + quote }]
}

const lineOf = (value: Value): string => {
  const line = textOf(value)
  if (!/[\r\n]/.test(line)) return line
  throw new UserError('bad-override', 'a text of several lines cannot be written into an INI file')
}

const insertLine = (
  text: string,
  sections: Section[],
  path: string[],
  key: string,
  value: string,
): Splice => {
  const name = path.join('.')
  const section = sections.findLast((one) => one.path.join('.') === name)
  const last = section?.slots.at(-1) ?? sections.findLast(({ slots }) => slots.length > 0)?.slots[0]
  const line = `${key}${signOf(text, last)}${value}`
  const newline = newlineOf(text)
  const above = section?.slots.at(-1)?.end ?? section?.header?.[1]
  if (above !== undefined) return put(lineEnd(text, above), newline + line)
  if (path.length === 0 && sections.length > 1) {
    throw new UserError('bad-override', `${key} needs a section`, `+SECTION.${key}=… names one`)
  }
  const gap = text === '' || text.endsWith('\n') ? '' : newline
  if (path.length === 0) return put(text.length, gap + line + newline)
  const blank = text.trim() === '' ? '' : newline
  return put(text.length, `${gap}${blank}[${name}]${newline}${line}${newline}`)
}

/** The sign between key and value with its blanks, as another entry has it. */
const signOf = (text: string, slot: Slot | undefined): string => {
  const before = slot === undefined ? '' : text.slice(slot.start, slot.node.start)
  return /[ \t]*[=:][ \t]*$/.exec(before)?.[0] ?? ' = '
}

const cutSections = (text: string, sections: Section[], path: string[]): Splice[] => {
  const inside = sections.filter((one) => path.every((part, at) => one.path[at] === part))
  const blocks = inside.map(({ header, slots }): [number, number] => {
    const start = header?.[0] ?? 0
    return [start, slots.at(-1)?.end ?? header?.[1] ?? start]
  })
  return cutBlocks(text, blocks)
}
