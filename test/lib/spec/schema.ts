import { readFile } from 'node:fs/promises'
import t from 'tap'
import { expYamlKeys, readExpYaml } from '../../../lib/spec/exp-yaml.ts'
import { resourceKeys } from '../../../lib/spec/exp-yaml-values.ts'

const schema = JSON.parse(
  await readFile(new URL('../../../exp.schema.json', import.meta.url), 'utf8'),
)

t.test('the schema and the reader know the same keys', async (t) => {
  t.same(Object.keys(schema.properties), expYamlKeys)
  t.same(Object.keys(schema.properties.resources.properties), resourceKeys)
  t.equal(schema.additionalProperties, false)
})

t.test('the examples of the schema are values that the reader takes', async (t) => {
  for (const key of expYamlKeys) {
    for (const example of schema.properties[key].examples ?? []) {
      const given = await readExpYaml(JSON.stringify({ [key]: example }), 'exp.yaml')
      t.equal(Object.keys(given).length, 1, `${key}: ${JSON.stringify(example)}`)
    }
  }
})

t.test('the bounds of the schema are those of the reader', async (t) => {
  const { retries, resources } = schema.properties
  for (const [text, above] of [
    [`retries: ${retries.maximum}`, `retries: ${retries.maximum + 1}`],
    ...['gpus', 'cpus'].map((key) => {
      const { maximum } = resources.properties[key]
      return [`resources: {${key}: ${maximum}}`, `resources: {${key}: ${maximum + 1}}`]
    }),
  ]) {
    await t.resolves(readExpYaml(String(text), 'exp.yaml'), String(text))
    await t.rejects(readExpYaml(String(above), 'exp.yaml'), { code: 'bad-config' }, String(above))
  }
})
