import t from 'tap'
import type { Override, Value } from '../../../lib/overrides/override.ts'
import { openParams } from '../../../lib/params/edit.ts'
import { isFloat, type Plain } from '../../../lib/params/plain.ts'
import { printPlain } from '../../../lib/params/plain-json.ts'
import { readParams } from '../../../lib/params/read.ts'
import { anyValue, pick, seeded } from '../../fixture/override-values.ts'
import { anyParamsFile } from '../../fixture/params-file.ts'

const ROUNDS = 400

/** What a value is once it was written and read. */
const plain = (value: Value): Plain => {
  if (value.type === 'null') return null
  if (value.type === 'list') return value.items.map(plain)
  if (value.type === 'dict') return null
  if (value.type !== 'int') return value.value
  return Number.isSafeInteger(Number(value.value)) ? Number(value.value) : value.value
}

interface Holder {
  [key: string]: Plain
}

const holderOf = (document: Plain, path: string[]): Holder =>
  path.slice(0, -1).reduce((inner, part) => (inner as Holder)[part] as Holder, document as Holder)

/** The text of the value at a path, and of the whole without it. */
const taken = (document: Plain, path: string[]): [value: string, rest: string] => {
  const holder = holderOf(document, path)
  const key = path.at(-1) ?? ''
  const value = isFloat(holder, key) ? `float ${holder[key]}` : printPlain(holder[key] ?? null)
  holder[key] = null
  return [value, printPlain(document)]
}

const isWhole = (value: Value): boolean => value.type === 'float' && Number.isInteger(value.value)

for (const kind of ['yaml', 'json', 'toml', 'python'] as const) {
  t.test(`a value set in a ${kind} file is read back, and only its own text changes`, async (t) => {
    const random = seeded(kind.length)
    let refused = 0
    for (let round = 0; round < ROUNDS; round += 1) {
      const { file, text, leaves } = anyParamsFile(random, kind)
      const edit = await openParams(file, text)
      if (leaves.length === 0) continue
      const { path, start, end } = pick(random, leaves)
      const value = anyValue(random, 0)
      const override: Override = {
        operation: 'change',
        file: null,
        path,
        value: quoted(value),
        text: 'x',
      }
      let after: string
      try {
        after = edit([override])
      } catch {
        refused += 1
        continue
      }
      const tail = text.slice(end)
      const where = JSON.stringify({ text, path, value: printPlain(plain(value)), after })
      if (!after.startsWith(text.slice(0, start)) || !after.endsWith(tail)) t.fail(where)
      const [, before] = taken(await readParams(file, text), path)
      const said = isWhole(value) ? `float ${plain(value)}` : printPlain(plain(value))
      t.same(taken(await readParams(file, after), path), [said, before], where)
    }
    t.ok(refused < ROUNDS / 3, `${refused} refused`)
  })
}

/** As text that is not to be looked up. */
const quoted = (value: Value): Value =>
  value.type === 'string' ? { ...value, quote: 'single' } : value
