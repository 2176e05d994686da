import { readFileSync } from 'node:fs'
import t from 'tap'
import { UserError } from '../../../lib/errors.ts'
import { editParams } from '../../../lib/params/edit.ts'
import type { Plain } from '../../../lib/params/plain.ts'
import { parsePlain, printPlain } from '../../../lib/params/plain-json.ts'
import { readParams } from '../../../lib/params/read.ts'
import { inToml } from '../../fixture/in-toml.ts'
import { inYaml } from '../../fixture/in-yaml.ts'
import { overridesOf } from '../../fixture/overrides-of.ts'

interface Case {
  id: string
  base: { [key: string]: Plain }
  overrides: string[]
  ok: boolean
  result?: Plain
}

const source = new URL('../../fixture/cases/hydra-apply-cases.json', import.meta.url)
const { apply } = parsePlain(readFileSync(source, 'utf8')) as unknown as { apply: Case[] }

/** The same document in the files that can hold it, in brackets and as blocks. */
const files = (base: { [key: string]: Plain }): [file: string, text: string][] => [
  ['params.json', printPlain(base)],
  ['indented.json', JSON.stringify(base, null, 2)],
  ['flow.yaml', printPlain(base)],
  ['block.yaml', inYaml(base)],
  ['params.toml', inToml(base)],
]

/** Rows that a file type cannot hold: TOML has no null. */
const isPossible = (file: string, { base, result = null }: Case): boolean =>
  !file.endsWith('.toml') || !JSON.stringify([base, result]).includes('null')

for (const each of apply) {
  for (const [file, text] of files(each.base)) {
    if (!isPossible(file, each)) continue
    t.test(`${each.id}: ${each.overrides.join(' ')} in ${file}`, async (t) => {
      const edited = (async () => editParams(file, text, overridesOf(...each.overrides)))()
      if (!each.ok) {
        await t.rejects(edited, UserError)
        return
      }
      t.same(await readParams(file, await edited), each.result)
    })
  }
}
