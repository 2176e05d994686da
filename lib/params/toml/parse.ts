import { type AST, ParseError, parseTOML } from 'toml-eslint-parser'
import { badFile, tooBig } from '../bad-file.ts'
import { lastOf } from '../find.ts'
import { type Atom, type Content, type Node, type Range, type Slot, slotOf } from '../tree.ts'
import { keyParts, type Statements, statementsOf } from './statements.ts'

/** Reads TOML: what it says, and its statements, by which it is changed. */
export const parseToml = (file: string, text: string): { root: Slot; statements: Statements } => {
  const program = programOf(file, text)
  const root = newMap([0, text.length])
  for (const node of program.body[0].body) {
    if (node.type === 'TOMLKeyValue') add(root, node)
    else {
      const table = reach(root, node.resolvedKey, node.range)
      for (const inner of node.body) add(table, inner)
    }
  }
  return { root: slotOf(root), statements: statementsOf(program) }
}

// The parser takes some 300 bytes of memory for each letter.
const MOST = 4_000_000

const programOf = (file: string, text: string): AST.TOMLProgram => {
  if (text.length > MOST) throw tooBig(file, text)
  try {
    // Without the line break the parser gives a last `0` no length.
    return parseTOML(`${text}\n`)
  } catch (error) {
    if (!(error instanceof ParseError)) throw error
    throw badFile(file, text, error.index, error.message)
  }
}

const newMap = ([start, end]: Range): Node => ({
  content: { is: 'map', entries: new Map(), merged: [] },
  start,
  end,
})

const newList = ([start, end]: Range): Node => ({ content: { is: 'list', items: [] }, start, end })

/** Numbers in a path are items of lists that `[[headers]]` make. */
type Path = (string | number)[]

/** The map at a path, made where headers and dotted keys only imply it. */
const reach = (root: Node, path: Path, range: Range): Node => {
  let node = root
  for (const [depth, part] of path.entries()) {
    const known = partOf(node.content, part)
    if (known === undefined) {
      const made = typeof path[depth + 1] === 'number' ? newList(range) : newMap(range)
      if (node.content.is === 'list') node.content.items.push(slotOf(made))
      if (node.content.is === 'map') node.content.entries.set(String(part), slotOf(made))
      node = made
    } else node = known.node
  }
  return node
}

const partOf = (content: Content, part: string | number): Slot | undefined => {
  if (content.is === 'list') return content.items[Number(part)]
  return content.is === 'map' ? content.entries.get(String(part)) : undefined
}

const add = (map: Node, { key, value, range }: AST.TOMLKeyValue): void => {
  const parts = keyParts(key)
  const { content } = reach(map, parts.slice(0, -1), range)
  if (content.is === 'map') content.entries.set(lastOf(parts), slotOf(nodeOf(value), range[0]))
}

const nodeOf = (parsed: AST.TOMLContentNode): Node => {
  const [start, end] = parsed.range
  if (parsed.type === 'TOMLArray') {
    const items = parsed.elements.map((item) => slotOf(nodeOf(item)))
    return { content: { is: 'list', items }, start, end }
  }
  if (parsed.type === 'TOMLValue') {
    return { content: { is: 'atom', atom: atomOf(parsed) }, start, end }
  }
  const map = newMap(parsed.range)
  for (const entry of parsed.body) add(map, entry)
  return map
}

const atomOf = (parsed: AST.TOMLValue): Atom => {
  if (parsed.kind === 'string') return { type: 'string', value: parsed.value }
  if (parsed.kind === 'integer') return { type: 'int', value: parsed.bigint }
  if (parsed.kind === 'float') return { type: 'float', value: parsed.value }
  if (parsed.kind === 'boolean') return { type: 'bool', value: parsed.value }
  return { type: 'other', text: parsed.datetime }
}
