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
    set: (chain, _path, value) => setValue(text, chain, value),
    insert: (chain, _path, keys, value) => insertInto(text, chain, keys, value),
    append: (chain, _path, items) => appendTo(text, chain, items),
    remove: (chain) => removeFrom(text, chain),
    recheck: (changes) => recheck(file, text, parsed, changes),
  }
}
