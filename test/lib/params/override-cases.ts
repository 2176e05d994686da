import { readFileSync } from 'node:fs'
import t from 'tap'
import { UserError } from '../../../lib/errors.ts'
import { editParams } from '../../../lib/params/edit.ts'
import type { Plain } from '../../../lib/params/plain.ts'
import { parsePlain } from '../../../lib/params/plain-json.ts'
import { readParams } from '../../../lib/params/read.ts'
import { overridesOf } from '../../fixture/overrides-of.ts'

interface Case {
  id: string
  file: string
  before: string
  overrides: string[]
  note: string
  after?: Plain
  after_text_minimal?: string
  error?: string
}

/** The code of each class of error. */
const codes: { [error: string]: string } = {
  parse: 'bad-override',
  'sweep-not-allowed': 'usage',
  'unknown-key': 'unknown-parameter',
  'index-out-of-range': 'unknown-parameter',
  interpolation: 'bad-override',
  unrepresentable: 'bad-override',
  'file-malformed': 'bad-params-file',
}

const source = new URL('../../fixture/cases/override-cases.json', import.meta.url)
const cases = parsePlain(readFileSync(source, 'utf8')) as unknown as Case[]

/** Dates and the floats that JSON lacks, as we have them. */
const expected = (value: Plain): Plain => {
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map(expected)
  if (typeof value.$date === 'string') return value.$date
  if (typeof value.$float === 'string') return Number(value.$float.replace('inf', 'Infinity'))
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, expected(item)]))
}

const apply = async ({ file, before, overrides }: Case): Promise<string> =>
  editParams(file, before, overridesOf(...overrides))

for (const each of cases) {
  t.test(`${each.id}: ${each.note}`, async (t) => {
    if (each.error !== undefined) {
      const error = await apply(each).then(
        () => null,
        (error: unknown) => error,
      )
      t.ok(error instanceof UserError)
      t.match(error, { code: codes[each.error] })
      return
    }
    const after = await apply(each)
    t.same(await readParams(each.file, after), expected(each.after ?? null))
    if (each.after_text_minimal !== undefined) {
      t.equal(after, each.after_text_minimal)
    }
  })
}
