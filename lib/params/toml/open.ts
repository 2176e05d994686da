import { UserError } from '../../errors.ts'
import type { Value } from '../../overrides/override.ts'
import { appended } from '../bracketed.ts'
import { lastOf } from '../find.ts'
import type { Opened } from '../format.ts'
import { saysValue } from '../same.ts'
import type { Splice } from '../splice.ts'
import { insertInto } from './insert.ts'
import { bracketed, locate } from './locate.ts'
import { parseToml } from './parse.ts'
import { removeFrom } from './remove.ts'
import { rewrite } from './rewrite.ts'
import type { Statements } from './statements.ts'
import { tomlText } from './write.ts'

export const openToml = (file: string, text: string): Opened => {
  const { root, statements } = parseToml(file, text)
  return {
    root,
    set: (chain, path, value) => {
      const isSaid = saysValue(lastOf(chain).node, value, ({ content }) => content)
      return isSaid ? [] : setValue(text, statements, path, value)
    },
    insert: (_chain, path, entry) => insertInto(text, statements, path, entry),
    append: (_chain, path, items) => append(text, statements, path, items),
    remove: (_chain, path) => removeFrom(text, statements, path),
  }
}

const setValue = (text: string, statements: Statements, path: string[], value: Value): Splice[] => {
  const located = locate(statements, path)
  if (located === null) return rewrite(text, statements, path, value)
  const [start, end] = located.value.range
  const quote = /^'(?!'')/.test(text.slice(start, start + 3)) ? "'" : '"'
  return [{ start, end, text: tomlText(path, value, quote) }]
}

const append = (text: string, statements: Statements, path: string[], items: Value[]): Splice[] => {
  const located = locate(statements, path)
  if (located?.value.brackets === 'array') {
    return appended(
      bracketed(text, located.value),
      items.map((item) => tomlText(path, item)),
    )
  }
  const name = path.join('.')
  throw new UserError(
    'bad-override',
    `${name} is written as [[${name}]] tables, which cannot be extended`,
  )
}
