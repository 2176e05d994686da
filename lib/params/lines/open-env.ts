import { UserError } from '../../errors.ts'
import { lastOf } from '../find.ts'
import type { Opened } from '../format.ts'
import { saysValue } from '../same.ts'
import { cutLines, newlineOf, put } from '../splice.ts'
import { parseEnv } from './parse-env.ts'
import { noLists, textOf, textual } from './textual.ts'

export const openEnv = (file: string, text: string): Opened => ({
  root: parseEnv(file, text),
  textual,
  set: (chain, path, value) => {
    const { node } = lastOf(chain)
    if (saysValue(node, value, ({ content }) => content)) return []
    const { start, end } = node
    return [{ start, end, text: envText(lastOf(path), textOf(value), text[start]) }]
  },
  insert: (_chain, _path, { keys, value }) => {
    const name = keys.join('.')
    if (keys.length !== 1) throw new UserError('bad-override', `${name}: a .env file has no maps`)
    const newline = newlineOf(text)
    const gap = text === '' || text.endsWith('\n') ? '' : newline
    return [put(text.length, `${gap}${name}=${envText(name, textOf(value), undefined)}${newline}`)]
  },
  append: noLists,
  remove: (chain) => {
    const { start, end } = lastOf(chain)
    return [cutLines(text, start, end)]
  },
})

/** A value so quoted that shells, Docker and the dotenv libraries read the same. */
const envText = (name: string, value: string, old: string | undefined): string => {
  const isSingle = !/['\r\n]/.test(value)
  const isDouble = !/["$`\\]/.test(value)
  if (old === '"' && isDouble) return doubleQuoted(value)
  if (old === "'" && isSingle) return `'${value}'`
  if (/^[\w./:@%+,=-]*$/.test(value)) return value
  if (isSingle) return `'${value}'`
  if (isDouble) return doubleQuoted(value)
  throw new UserError(
    'bad-override',
    `${name}: no quotes are read the same everywhere for this text`,
  )
}

const doubleQuoted = (value: string): string =>
  `"${value.replaceAll('\n', '\\n').replaceAll('\r', '\\r')}"`
