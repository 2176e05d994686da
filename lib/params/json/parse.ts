import { type Node as Parsed, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser'
import { badFile } from '../bad-file.ts'
import type { Atom, Content, Node, Slot } from '../tree.ts'
import { slotOf } from '../tree.ts'
import { withoutNan } from './nan.ts'

/** Reads JSON with the place of everything in it. */
export const parseJson = (file: string, text: string, lenient: boolean): Slot => {
  const errors: ParseError[] = []
  const options = { disallowComments: !lenient, allowTrailingComma: lenient }
  const root = parseTree(withoutNan(text), errors, options)
  const [error] = errors
  if (error !== undefined) throw badFile(file, text, error.offset, reasonOf(text, error))
  if (root === undefined) throw badFile(file, text, 0, 'no value here')
  return slotOf(nodeOf({ file, text }, root))
}

interface Source {
  file: string
  text: string
}

/** `PropertyNameExpected` as `property name expected`. */
const reasonOf = (text: string, { error, offset }: ParseError): string => {
  if (offset >= text.trimEnd().length) return 'the JSON ends too early'
  return printParseErrorCode(error)
    .replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter}`)
    .toLowerCase()
}

const nodeOf = (source: Source, parsed: Parsed): Node => {
  const { offset: start, length } = parsed
  return { content: contentOf(source, parsed), start, end: start + length }
}

const contentOf = (source: Source, parsed: Parsed): Content => {
  const { type, children = [] } = parsed
  if (type === 'array') {
    return { is: 'list', items: children.map((item) => slotOf(nodeOf(source, item))) }
  }
  if (type !== 'object') return { is: 'atom', atom: atomOf(source, parsed) }
  const entries = new Map<string, Slot>()
  for (const { offset, children: [key, value] = [] } of children) {
    if (key === undefined || value === undefined) continue
    if (entries.has(key.value)) {
      throw badFile(source.file, source.text, offset, `${key.value} stands here a second time`)
    }
    entries.set(key.value, slotOf(nodeOf(source, value), offset))
  }
  return { is: 'map', entries, merged: [] }
}

const atomOf = ({ text }: Source, { type, value, offset, length }: Parsed): Atom => {
  if (type === 'string') return { type, value }
  if (type === 'boolean') return { type: 'bool', value }
  if (type === 'null') return { type }
  const source = text.slice(offset, offset + length)
  return /^-?\d+$/.test(source)
    ? { type: 'int', value: BigInt(source) }
    : { type: 'float', value: Number(source) }
}
