import t from 'tap'
import { type Edit, edited, refusal } from '../../fixture/edited.ts'

const edits: Edit[] = [
  [
    'columns stay aligned',
    'a:    1\nbb:   2   # c\n',
    ['a=10', 'bb=x'],
    'a:    10\nbb:   x   # c\n',
  ],
  ['a missing final newline stays missing', 'a: 1', ['a=2', '+b=3'], 'a: 2\nb: 3'],
  ['line endings of Windows stay', 'a: 1\r\nb: 2\r\n', ['a=2', '+c=3', '~b'], 'a: 2\r\nc: 3\r\n'],
  ['a byte order mark stays', '\uFEFFa: 1\n', ['a=2'], '\uFEFFa: 2\n'],
  ['quotes stay where text stays', `a: 'x'\nb: "y"\n`, ['a=p', 'b=q'], `a: 'p'\nb: "q"\n`],
  ['quotes go where a number comes', `a: 'x'\n`, ['a=5'], 'a: 5\n'],
  ['a quote in single quotes is doubled', `a: 'x'\n`, [`a="it's"`], `a: 'it''s'\n`],
  ['a line break is written in double quotes', `a: 'x'\n`, [`a='1\n2'`], `a: "1\\n2"\n`],
  ['an empty value is filled in', 'a:   # c\nb: &x\n', ['a=1', 'b=2'], 'a: 1   # c\nb: &x 2\n'],
  ['an anchor stays with its new value', 'a: &x 1\nb: *x\n', ['a=2'], 'a: &x 2\nb: *x\n'],
  ['an alias gives way in its own place', 'a: &x 1\nb: *x\n', ['b=2'], 'a: &x 1\nb: 2\n'],
  [
    'a change behind an alias is made at its anchor',
    'base: &b\n  lr: 1 # c\nref: *b\n',
    ['ref.lr=2'],
    'base: &b\n  lr: 2 # c\nref: *b\n',
  ],
  [
    'a key from a merge key is set beside it',
    'a: &a {lr: 1, opt: {k: 1, l: 2}}\nb:\n  <<: *a\n',
    ['b.opt.k=3'],
    'a: &a {lr: 1, opt: {k: 1, l: 2}}\nb:\n  <<: *a\n  opt: {k: 3, l: 2}\n',
  ],
  [
    'what a merge key already says is left',
    'a: &a {k: 1}\nb:\n  <<: *a\n',
    ['b.k=1'],
    'a: &a {k: 1}\nb:\n  <<: *a\n',
  ],
  [
    'a tag goes with the value it was for',
    'a: !!float 1\nb: !c\n  d: 1\n',
    ['a=2', 'b=3'],
    'a: 2\nb: 3\n',
  ],
  ['a block scalar gives way to a line', 'a: |\n  x\n  y\n\nb: 1\n', ['a=z'], 'a: z\n\nb: 1\n'],
  [
    'a new key comes behind a block scalar that keeps its end',
    'a: |+\n  x\n\n',
    ['+b=1'],
    'a: |+\n  x\n\nb: 1\n',
  ],
  [
    'a block gives way to a value, the comment on its key stays',
    'm:  # model\n  d: 1\n  l: [1,\n    2]\n\nn: 1\n',
    ['m=5'],
    'm: 5  # model\n\nn: 1\n',
  ],
  [
    'a list of the same length changes item by item',
    'a:\n  - 1 # one\n  - 2 # two\n',
    ['a=[3,2]'],
    'a:\n  - 3 # one\n  - 2 # two\n',
  ],
  ['a block list stays one', 'a:\n  - 1\n  - 2\nb: 1\n', ['a=[3]'], 'a:\n  - 3\nb: 1\n'],
  [
    'a list is lengthened in its style',
    'a:\n- 1 # c\nb: [x]\n',
    ['a=extend_list(2)', 'b=extend_list(z)'],
    'a:\n- 1 # c\n- 2\nb: [x, z]\n',
  ],
  [
    'keys that are missing on the way are made',
    'a: 1\n',
    ['+b.c.d=2'],
    'a: 1\nb:\n  c:\n    d: 2\n',
  ],
  [
    'a key is put into brackets',
    'a: {x: 1}\nb: {}\n',
    ['+a.y=2', '+b.z=3'],
    'a: {x: 1, y: 2}\nb: {z: 3}\n',
  ],
  [
    'a key is put on a line of its own where brackets are open over lines',
    'a: {\n  x: 1, # c\n  y: 2 # d\n}\n',
    ['+a.z=3', '~a.x'],
    'a: {\n  y: 2, # d\n  z: 3\n}\n',
  ],
  [
    'keys that are numbers stay that',
    'w: {0: a}\nv:\n  1: b\n',
    ['+w.2=c', '+v.3=d'],
    'w: {0: a, 2: c}\nv:\n  1: b\n  3: d\n',
  ],
  [
    'keys of a dict keep their type',
    'a:\n  b: 1\n',
    ['++a={0: x, true: y, no: z}'],
    `a:\n  b: 1\n  0: x\n  true: 'y'\n  'no': z\n`,
  ],
  ['an empty file takes a key', '# only a comment', ['+a=1'], '# only a comment\na: 1\n'],
  ['a key comes before the end of the document', '---\n...\n', ['+a=1'], '---\na: 1\n...\n'],
  ['the last key of a map leaves it empty', 'a:\n  b: 1 # c\nd: 1\n', ['~a.b'], 'a: {}\nd: 1\n'],
  [
    'the first key behind a dash gives its place to the next',
    'a:\n  - b: 1\n    c: 2\n',
    ['~a.0.b'],
    'a:\n  - c: 2\n',
  ],
  ['the last line goes without its newline', 'a: 1\nb: 2', ['~b'], 'a: 1'],
  ['an override sees those before it', 'a: 1\n', ['+b={c: 1}', 'b.c=2', '~a'], 'b: {c: 2}\n'],
  ['a map takes the place of a number', 'a: 1 # c\n', ['+a.b=2'], 'a: {b: 2} # c\n'],
  [
    'keys of JavaScript are keys like others',
    'a: 1\n',
    ['+__proto__.x=1', '+constructor=2'],
    'a: 1\n__proto__:\n  x: 1\nconstructor: 2\n',
  ],
  [
    'numbers and words are safe for readers of YAML 1.1',
    'a: [x]\n',
    ['a=[1e-5, 1e22, 1.0, nan, -inf]', `+b=[no, '1:30', '0x10', '2020-01-01', '1e5', on, '_1']`],
    `a: [1.0e-05, 1.0e+22, 1.0, .nan, -.inf]\nb: ['no', '1:30', '0x10', '2020-01-01', '1e5', 'on', _1]\n`,
  ],
  [
    'a value that is there already stays as it is written, if every reader agrees on it',
    'a: 0x1F\nb: 1.50\nc: 1e-5\nd: no\ne: 010\n',
    ['a=31', 'b=1.5', 'c=1e-5', 'd=no', 'e=10'],
    `a: 0x1F\nb: 1.50\nc: 1.0e-05\nd: 'no'\ne: 10\n`,
  ],
  [
    'big integers keep every digit',
    'a: 1\n',
    ['a=12345678901234567890123'],
    'a: 12345678901234567890123\n',
  ],
  [
    'interpolations are text',
    'a: 1\nb: x\n',
    [`b=\${a}`, `a=\${oc.env:HOME}`],
    `a: \${oc.env:HOME}\nb: \${a}\n`,
  ],
]

for (const [title, before, args, after] of edits) {
  t.test(title, async (t) => t.equal(await edited('params.yaml', before, ...args), after))
}

t.test('a file of ten thousand keys is edited in place', async (t) => {
  const lines = Array.from({ length: 10_000 }, (_, at) => `key${at}: {lr: 0.1} # ${at}\n`)
  const after = await edited('params.yaml', lines.join(''), 'key7.lr=1', '~key9999', '+new=2')
  lines[7] = 'key7: {lr: 1} # 7\n'
  lines[9999] = 'new: 2\n'
  t.ok(after === lines.join(''))
})

t.test('aliases reach over the pieces that a long file is read in', async (t) => {
  const lines = Array.from({ length: 10_000 }, (_, at) => `key${at}: 0.1\n`).join('')
  const text = `base: &base {lr: 1}\n${lines}ref: *base\n`
  t.ok((await edited('params.yaml', text, 'ref.lr=2')) === text.replace('{lr: 1}', '{lr: 2}'))
  const twice = await refusal('params.yaml', `${text}key0: 1\n`, 'key1=1')
  t.equal(twice, 'bad-params-file: params.yaml:10003:1: key0 stands here a second time')
})
