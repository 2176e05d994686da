import t from 'tap'
import type { Override, Value } from '../../../lib/overrides/override.ts'
import { openParams } from '../../../lib/params/edit.ts'
import { anyValue, pick, type Random, seeded } from '../../fixture/override-values.ts'
import { anyParamsFile, type ParamsFile } from '../../fixture/params-file.ts'

const ROUNDS = 300

const anyOverride = (random: Random, leaves: ParamsFile['leaves']): Override => {
  const operation = pick(random, ['change', 'change', 'change', 'force-add', 'delete'] as const)
  const { path } = pick(random, leaves)
  const near = [...path.slice(0, -1), pick(random, ['new', 'lr', 'n'])]
  const value = operation === 'delete' ? null : asText(anyValue(random, pick(random, [0, 0, 1])))
  return { operation, file: null, path: random() < 0.7 ? path : near, value, text: 'x' }
}

/** As text that is not to be looked up. */
const asText = (value: Value): Value => {
  if (value.type === 'string') return { ...value, quote: 'single' }
  if (value.type === 'list') return { type: 'list', items: value.items.map(asText) }
  if (value.type !== 'dict') return value
  return { type: 'dict', entries: value.entries.map(([key, item]) => [key, asText(item)]) }
}

for (const kind of ['yaml', 'json', 'toml', 'python'] as const) {
  t.test(`several overrides of a ${kind} file do what they do one by one`, async (t) => {
    const random = seeded(kind.length + 100)
    let done = 0
    for (let round = 0; round < ROUNDS; round += 1) {
      const { file, text, leaves } = anyParamsFile(random, kind)
      if (leaves.length === 0) continue
      const overrides = Array.from({ length: 4 }, () => anyOverride(random, leaves))
      let one = text
      const taken: Override[] = []
      for (const override of overrides) {
        try {
          one = (await openParams(file, one))([override])
          taken.push(override)
        } catch {
          // What is refused alone is refused in a row too, and is left out here.
        }
      }
      const all = (await openParams(file, text))(taken)
      if (all !== one) t.equal(all, one, JSON.stringify({ text, taken: taken.map((o) => o.path) }))
      done += taken.length
    }
    t.ok(done > ROUNDS, `${done} overrides`)
  })
}
