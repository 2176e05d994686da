import t from 'tap'
import { UserError } from '../../../lib/errors.ts'
import type { Plain } from '../../../lib/params/plain.ts'
import { readParams } from '../../../lib/params/read.ts'

const files: [title: string, file: string, text: string, plain: Plain][] = [
  [
    'YAML is read as version 1.2 has it',
    'a.yml',
    'a: yes\nb: 010\nc: 1e-5\nd: 0x1F\ne: 2001-01-01\n',
    { a: 'yes', b: 10, c: 1e-5, d: 31, e: '2001-01-01' },
  ],
  [
    'unless it says that it is of version 1.1',
    'a.yaml',
    '%YAML 1.1\n---\na: yes\nb: 010\n',
    { a: true, b: 8 },
  ],
  [
    'aliases and merge keys are resolved',
    'a.yaml',
    'a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\nc: [*a]\n',
    { a: { x: 1, y: 2 }, b: { x: 1, y: 3 }, c: [{ x: 1, y: 2 }] },
  ],
  [
    'the first of several merged maps holds',
    'a.yaml',
    'a: &a {x: 1}\nb: &b {x: 2, y: 3}\nc:\n  <<: [*a, *b]\n',
    { a: { x: 1 }, b: { x: 2, y: 3 }, c: { x: 1, y: 3 } },
  ],
  ['an empty YAML file has no parameters', 'a.yaml', '# none\n', {}],
  [
    'JSON may hold what Python writes',
    'a.json',
    '\uFEFF{"a": NaN, "b": [-Infinity, "NaN"], "c": 1e400}',
    { a: Number.NaN, b: [-Infinity, 'NaN'], c: Infinity },
  ],
  ['JSON may be one value', 'a.json', '0.5\n', 0.5],
  [
    'TOML dates are text',
    'a.toml',
    'a = 1979-05-27\n[[b]]\nc = 0o17\n',
    { a: '1979-05-27', b: [{ c: 15 }] },
  ],
  [
    'INI values are what they look like',
    'a.ini',
    'top = 1\n[s.t]\na = 0.5 ; c\nb = True\nc = "1"\nd = x y\n',
    { top: 1, s: { t: { a: 0.5, b: true, c: '1', d: 'x y' } } },
  ],
  [
    'variables are what they look like',
    '.env',
    'A=1\nB="1"\nexport C=x # c\nD="a\\nb"\nE=\n',
    { A: 1, B: '1', C: 'x', D: 'a\nb', E: '' },
  ],
  [
    'of CSV the last row counts',
    'a.csv',
    'epoch,loss,"a ""b""",d\n1,0.5,x,\n2,0.25,"y, z",\n',
    { epoch: 2, loss: 0.25, 'a "b"': 'y, z', d: null },
  ],
  [
    'a row that is being written does not count yet',
    'a.csv',
    'epoch,loss\r\n1,0.5\r\n2',
    { epoch: 1, loss: 0.5 },
  ],
  ['CSV without rows has no values', 'a.csv', 'epoch,loss\n', {}],
  ['TSV is CSV with tabs', 'a.tsv', 'a\tb\n1\tnan\n', { a: 1, b: Number.NaN }],
  ['of JSON Lines the last one counts', 'a.jsonl', '{"a": 1}\n{"a": NaN}\n\n', { a: Number.NaN }],
  [
    'a line that is being written does not count yet',
    'a.ndjson',
    '{"a": 1}\n{"a": 2}\n{"a"',
    { a: 2 },
  ],
  ['no lines, no values', 'a.jsonl', '', {}],
]

for (const [title, file, text, plain] of files) {
  t.test(title, async (t) => t.same(await readParams(file, text), plain))
}

t.test('keys of prototypes are keys like others', async (t) => {
  for (const [file, text] of [
    ['a.yaml', '__proto__: {x: 1}\nconstructor: 2\n'],
    ['a.json', '{"__proto__": {"x": 1}, "constructor": 2}'],
    ['a.toml', '__proto__ = {x = 1}\nconstructor = 2\n'],
    ['a.py', '__proto__ = {"x": 1}\nconstructor = 2\n'],
    ['a.ini', 'constructor = 2\n[__proto__]\nx = 1\n'],
  ] as const) {
    const plain = (await readParams(file, text)) as { [key: string]: Plain }
    const entries = Object.entries(plain).sort(([a], [b]) => (a < b ? -1 : 1))
    t.same(entries, [
      ['__proto__', { x: 1 }],
      ['constructor', 2],
    ])
  }
})

t.test('what cannot be read is a mistake of the file, with its place', async (t) => {
  const place = { code: 'bad-params-file', message: /^a\.(?:yaml|json|toml|csvx|jsonl):?/ }
  for (const [file, text] of [
    ['a.yaml', 'a: [1\n'],
    ['a.json', '{"a": }'],
    ['a.toml', 'a ='],
    ['a.csvx', 'a\n1\n'],
    ['a.jsonl', '{"a": 1}\n{"a"\n'],
  ] as const) {
    await t.rejects(readParams(file, text), UserError)
    await t.rejects(readParams(file, text), place)
  }
})

t.test('aliases that multiply are refused', async (t) => {
  const lines = Array.from(
    { length: 20 },
    (_, at) => `l${at + 1}: &l${at + 1} [${`*l${at},`.repeat(9)}]\n`,
  )
  await t.rejects(readParams('a.yaml', `l0: &l0 [1]\n${lines.join('')}`), UserError)
})
