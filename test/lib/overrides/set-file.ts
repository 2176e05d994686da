import t from 'tap'
import { expandSweep } from '../../../lib/overrides/expand.ts'
import { readSetFile } from '../../../lib/overrides/set-file.ts'

const rows = async (file: string, text: string): Promise<string[]> =>
  (await readSetFile(file, text)).map((row) =>
    (expandSweep(row)[0] ?? []).map(({ text }) => text).join(' '),
  )

t.test('each row of a table is one experiment', async (t) => {
  const text =
    '\uFEFFlr,model.name,+tags,conf/a.yaml:x\r\n1e-3,resnet,"[a,b]",1\r\n0.1,"a, b",,2\r\n'
  t.strictSame(await rows('sweep.csv', text), [
    'lr=0.001 model.name=resnet +tags=[a,b] conf/a.yaml:x=1',
    "lr=0.1 model.name='a, b' conf/a.yaml:x=2",
  ])
  t.strictSame(await rows('SWEEP.TSV', 'a\tb\n1\t1,2\n'), ["a=1 b='1,2'"])
})

t.test('each map of a list is one experiment, its values typed', async (t) => {
  const yaml = `
- {lr: 1e-3, model: {depth: 18}, ~old: null}
- {lr: 1, name: "1,2", layers: [1, 2.0, null], "conf.yaml:+x": true}
- &b {a: 1}
- *b
`
  t.strictSame(await rows('sweep.yaml', yaml), [
    'lr=0.001 model={depth:18} ~old',
    "lr=1 name='1,2' layers=[1,2.0,null] conf.yaml:+x=true",
    'a=1',
    'a=1',
  ])
  const json = '[{"lr": 0.5, "model.depth": 12345678901234567890}, {"n": "null"}]'
  t.strictSame(await rows('sweep.json', json), [
    'lr=0.5 model.depth=12345678901234567890',
    "n='null'",
  ])
})

t.test('what is no such file is refused, with the row it is in', async (t) => {
  for (const [file, text, message] of [
    ['a.yaml', '', /a\.yaml/],
    ['a.yaml', '[]', /no rows/],
    ['a.csv', 'lr,n\n', /no rows/],
    ['a.yaml', 'lr: 1\n', /is no list/],
    ['a.yaml', '- 1\n', /experiment 1: it is no map/],
    ['a.json', '[{"a b": 1}]', /experiment 1: .*a b=/s],
    ['a.csv', 'lr\n1\n1,2\n', /experiment 2: it has 2 cells/],
    ['a.csv', 'lr\n"[1,"\n', /experiment 1: /],
    ['a.csv', ',\n1,2\n', /experiment 1: /],
    ['a.txt', 'lr=1\n', /neither YAML/],
    ['a.yaml', `${'['.repeat(20_000)}`, /a\.yaml/],
  ] as const) {
    await t.rejects(readSetFile(file, text), { name: 'UserError', message }, text.slice(0, 30))
  }
})
