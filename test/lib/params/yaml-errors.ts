import t from 'tap'
import { type Refusal, refusal } from '../../fixture/edited.ts'

const nested = Array.from({ length: 3000 }, (_, depth) => `${' '.repeat(depth)}a:\n`).join('')
const laughs = Array.from(
  { length: 20 },
  (_, at) => `l${at + 1}: &l${at + 1} [${`*l${at},`.repeat(9)}]\n`,
)

const refusals: Refusal[] = [
  [
    'an unknown key names the nearest one',
    'lr: 1\n',
    ['lrr=1'],
    'unknown-parameter: no parameter lrr in params.yaml; did you mean lr? (+lrr=… adds it)',
  ],
  [
    'an unknown key names the one further in',
    'train:\n  lr: 1\n',
    ['lr=1'],
    'unknown-parameter: no parameter lr in params.yaml; did you mean train.lr? (+lr=… adds it)',
  ],
  [
    'a key beyond the end of a list is unknown',
    'a: [1, 2]\n',
    ['++a.2=1'],
    'unknown-parameter: no parameter a.2 in params.yaml; a is a list of 2 items (a=[…] sets the whole list; its items are counted from a.0)',
  ],
  [
    'a key of a prototype is unknown',
    'a: 1\n',
    ['toString=1'],
    'unknown-parameter: no parameter toString in params.yaml (+toString=… adds it)',
  ],
  [
    'a new key must be new',
    'a: 1\n',
    ['+a=2'],
    'bad-override: +a=2: a is already in params.yaml: 1 (a=… changes it, ++a=… adds or changes it)',
  ],
  [
    'a deletion names the value that is there',
    'a: 1\n',
    ['~a=2'],
    'bad-override: ~a=2: a is 1 (~a deletes it)',
  ],
  [
    'a merged key cannot be deleted',
    'a: &a {k: 1}\nb: {<<: *a}\n',
    ['~b.k'],
    'bad-override: ~b.k: b.k comes from a merge key (<<) and cannot be deleted here (delete it where it stands, or set it: b.k=…)',
  ],
  [
    'an anchor in use cannot be deleted',
    'a: &x 1\nb: *x\n',
    ['~a'],
    'bad-override: ~a: cannot be written into params.yaml: params.yaml:1:4: the alias *x has no anchor before it (change params.yaml by hand)',
  ],
  [
    'a list cannot be lengthened where there is none',
    'a: 1\n',
    ['a=extend_list(2)'],
    'bad-override: a=extend_list(2): a is no list but 1',
  ],
  [
    'an interpolation must lead somewhere',
    'a: 1\n',
    [`a=\${b.c}`],
    `bad-override: a=\${b.c}: params.yaml has no b.c for \${b.c} to mean (single quotes inside the argument keep it as text: '\${b.c}')`,
  ],
  [
    'a key twice is an error with its place',
    'a: 1\nb:\n  c: 1\n  c: 2\n',
    ['a=1'],
    'bad-params-file: params.yaml:4:3: c stands here a second time',
  ],
  [
    'a tab is an error with its place',
    'a:\n\t- 1\n',
    ['a=1'],
    'bad-params-file: params.yaml:2:1: Tabs are not allowed as indentation',
  ],
  [
    'a second document is an error with its place',
    'a: 1\n---\nb: 1\n',
    ['a=1'],
    'bad-params-file: params.yaml:2:1: a second document begins here; parameters must be in one',
  ],
  [
    'a node that holds itself is an error',
    'a: &x [*x]\n',
    ['a=1'],
    'bad-params-file: params.yaml:1:8: the alias *x holds itself',
  ],
  [
    'a list is no parameters file',
    '- 1\n',
    ['a=1'],
    'bad-params-file: params.yaml has no keys: it is one value or a list',
  ],
  [
    'aliases that multiply are refused',
    `l0: &l0 [1]\n${laughs.join('')}`,
    ['l0=1'],
    'bad-params-file: params.yaml: its aliases repeat too much to be written out',
  ],
]

for (const [title, before, args, error] of refusals) {
  t.test(title, async (t) => t.equal(await refusal('params.yaml', before, ...args), error))
}

t.test('nesting that no stack can hold is an error', async (t) => {
  const brackets = `a: ${'['.repeat(50_000)}${']'.repeat(50_000)}\n`
  t.match(await refusal('params.yaml', brackets, 'a=1'), /^bad-params-file: .*nested too deeply/)
  t.match(
    await refusal('params.yaml', nested, 'a=1'),
    /^bad-params-file: .*nested too deeply|too much/,
  )
})

t.test('what is too big to be read is said to be', async (t) => {
  t.match(
    await refusal('params.yaml', `a:\n${'- 1\n'.repeat(2_000_000)}`, 'a=1'),
    /8.0 MB is too much/,
  )
})
