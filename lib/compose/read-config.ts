import { UserError } from '../errors.ts'
import { refuseBomb } from '../params/refuse-bomb.ts'
import type { Atom, Node, Slot } from '../params/tree.ts'
import { withinDepth } from '../params/within-depth.ts'
import { parseYaml } from '../params/yaml/parse.ts'
import { type Data, dataOf, isMapping, type Key, keyOf, type Mapping } from './data.ts'
import { type Entry, readEntries } from './entry.ts'
import { readHeader } from './header.ts'
import { yamlScalar } from './yaml-scalar.ts'

/** A config file, read. */
export interface Config {
  /** Its name in messages: the path from the repository's root. */
  file: string
  /** What `# @package` says, or null. */
  header: string | null
  defaults: Entry[]
  /** Without its defaults list. */
  data: Data
  /** The line that says a key, counted from 1; null if the file does not say it. */
  lineOf: (path: readonly string[]) => number | null
}

/** Reads a config as Hydra does. Throws a `UserError` that names the file and the line. */
export const readConfig = (file: string, text: string): Config =>
  withinDepth(file, () => {
    const body = text.startsWith('\uFEFF') ? text.slice(1) : text
    const { root } = parseYaml(file, body)
    refuseBomb(file, root.node)
    const lineAt = (offset: number): number => body.slice(0, offset).split('\n').length
    const read = reader(body)
    const data = read(root)
    if (data !== null && typeof data !== 'object') {
      throw new UserError(
        'bad-config',
        `${file}: a config must be a mapping, and this is one value`,
      )
    }
    const defaults = root.node.content.is === 'map' ? listIn(root.node) : null
    return {
      file,
      header: readHeader(file, body),
      defaults: defaults === null ? [] : readEntries(file, defaults, { read, lineAt }),
      data: isMapping(data) ? withoutDefaults(data) : (data ?? new Map()),
      lineOf: (path) => {
        const slot = slotAt(root, path)
        return slot === null ? null : lineAt(Math.max(0, slot.start))
      },
    }
  })

const listIn = (node: Node): Slot | null =>
  node.content.is === 'map' ? (node.content.entries.get('defaults') ?? null) : null

const withoutDefaults = (data: Mapping): Mapping =>
  new Map(data.entries().filter(([key]) => key !== 'defaults'))

const slotAt = (root: Slot, path: readonly string[]): Slot | null => {
  let slot = root
  for (const part of path) {
    const { content } = slot.node
    const next =
      content.is === 'map'
        ? content.entries.get(part)
        : content.is === 'list'
          ? content.items[Number(part)]
          : undefined
    if (next === undefined) return null
    slot = next
  }
  return slot
}

/** Reads values; what an alias names is read once and shared. */
const reader = (text: string): ((slot: Slot) => Data) => {
  const made = new Map<Node, Data>()
  const read = ({ node, tag }: Slot): Data => {
    const { content } = node
    if (content.is === 'atom') return scalar(text, node, content.atom, tag !== null)
    const known = made.get(node)
    if (known !== undefined) return known
    const data = content.is === 'list' ? content.items.map(read) : mapping(node)
    made.set(node, data)
    return data
  }
  const mapping = ({ content }: Node): Mapping => {
    const result: Mapping = new Map()
    if (content.is !== 'map') return result
    for (const from of content.merged.toReversed()) {
      const source = read(from)
      if (isMapping(source)) for (const [key, item] of source) result.set(key, item)
    }
    for (const [name, slot] of content.entries) result.set(keyAt(text, name, slot), read(slot))
    return result
  }
  return read
}

const scalar = (text: string, { start, end }: Node, atom: Atom, isTagged: boolean): Data => {
  const source = text.slice(start, end)
  const isPlain = !/^['"|>]/.test(source) && !isTagged && !source.includes('\n')
  return dataOf(valueOfAtom(isPlain && start >= 0 ? yamlScalar(source.trim()) : atom))
}

const valueOfAtom = (atom: Atom) =>
  'text' in atom
    ? ({ type: 'string', value: atom.text, quote: null } as const)
    : atom.type === 'string'
      ? { ...atom, quote: null }
      : atom

/** A quoted key is text; a plain one may be a number. */
const keyAt = (text: string, name: string, { start }: Slot): Key => {
  if (text[start] === '"' || text[start] === "'" || !text.startsWith(name, start)) return name
  return keyOf(valueOfAtom(yamlScalar(name)))
}
