import type { Opened } from '../format.ts'
import { appendTo, insertInto } from './insert.ts'
import { parseYaml } from './parse.ts'
import { recheck } from './recheck.ts'
import { removeFrom } from './remove.ts'
import { setValue } from './set.ts'

export const openYaml = (file: string, text: string): Opened => {
  const parsed = parseYaml(file, text)
  return {
    root: parsed.root,
    set: (chain, path, value) => setValue(text, chain, path, value),
    insert: (chain, _path, entry) => insertInto(text, chain, entry),
    append: (chain, _path, items) => appendTo(text, chain, items),
    remove: (chain, path) => removeFrom(text, chain, path),
    recheck: (changes) => recheck(file, text, parsed, changes),
  }
}
