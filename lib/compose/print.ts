import { UserError } from '../errors.ts'
import { floatText } from '../overrides/float-text.ts'
import { kindOf } from '../params/format.ts'
import { keyName } from '../params/keys.ts'
import { nameText, yamlText } from '../params/yaml/write.ts'
import { asValue, type Data, isContainer, isMapping, type Key, type Mapping } from './data.ts'

/** The text of a composed config for a parameter file: YAML in blocks, or indented JSON. */
export const printConfig = (file: string, config: Mapping): string => {
  const pen: Pen = { lines: [], left: MOST_LENGTH, file }
  if (kindOf(file) === 'yaml') {
    if (config.size === 0) return '{}\n'
    yamlMapping(pen, config, '', '')
    return `${pen.lines.join('\n')}\n`
  }
  if (kindOf(file) === 'json') return `${jsonText(pen, config, '')}\n`
  throw new UserError(
    'bad-config',
    `${file}: a composed config can be written as YAML or JSON only`,
    '`hydra: {params: params.yaml}` in exp.yaml says where',
  )
}

/** Shared parts are written out again and again: a limit keeps that finite. */
interface Pen {
  lines: string[]
  left: number
  file: string
}

const MOST_LENGTH = 16_000_000

const spend = (pen: Pen, text: string): string => {
  pen.left -= text.length + 1
  if (pen.left >= 0) return text
  throw new UserError('bad-config', `${pen.file}: the composed config is longer than 16 MB`)
}

const yamlMapping = (pen: Pen, mapping: Mapping, first: string, indent: string): void => {
  let lead = first
  for (const [key, item] of mapping) {
    const name = typeof key === 'string' ? nameText(key, false) : keyName(asValue(key))
    yamlItem(pen, `${lead}${name}:`, item, indent, 'mapping')
    lead = indent
  }
}

const yamlItem = (
  pen: Pen,
  head: string,
  item: Data,
  indent: string,
  within: 'mapping' | 'list',
): void => {
  if (!isContainer(item) || (isMapping(item) ? item.size : item.length) === 0) {
    const text = isContainer(item)
      ? isMapping(item)
        ? '{}'
        : '[]'
      : yamlText(asValue(item), { inFlow: false, quote: null })
    pen.lines.push(spend(pen, `${head} ${text}`))
    return
  }
  if (within === 'mapping') pen.lines.push(spend(pen, head))
  if (isMapping(item)) {
    const inner = `${indent}  `
    yamlMapping(pen, item, within === 'list' ? `${head} ` : inner, inner)
    return
  }
  // A list's dashes stand below its key, but behind the dash of the list that holds it.
  const inner = within === 'list' ? `${indent}  ` : indent
  let lead = within === 'list' ? `${head} ` : inner
  for (const one of item) {
    yamlItem(pen, `${lead}-`, one, inner, 'list')
    lead = inner
  }
}

const jsonText = (pen: Pen, data: Data, indent: string): string => {
  if (!isContainer(data)) return spend(pen, jsonScalar(pen, data))
  const inner = `${indent}  `
  const items = isMapping(data)
    ? [...data].map(
        ([key, item]) => `${JSON.stringify(keyText(key))}: ${jsonText(pen, item, inner)}`,
      )
    : data.map((item) => jsonText(pen, item, inner))
  const [open, close] = isMapping(data) ? ['{', '}'] : ['[', ']']
  if (items.length === 0) return open + close
  return `${open}\n${items.map((item) => spend(pen, inner) + item).join(',\n')}\n${indent}${close}`
}

const keyText = (key: Key): string => (typeof key === 'string' ? key : keyName(asValue(key)))

const jsonScalar = ({ file }: Pen, data: Key): string => {
  if (typeof data === 'bigint') return String(data)
  if (typeof data !== 'number') return JSON.stringify(data)
  if (Number.isFinite(data)) return floatText(data)
  throw new UserError('bad-config', `${file}: JSON has no number for ${floatText(data)}`)
}
