import t from 'tap'
import { type Edit, edited, type Refusal, refusal } from '../../fixture/edited.ts'

const edits: Edit[] = [
  [
    'only the value changes',
    'a  = 1   # c\r\nb = 2',
    ['a=1.0', 'b=x'],
    'a  = 1.0   # c\r\nb = "x"',
  ],
  ['quotes stay', `a = 'x'\nb = "y"\n`, ['a=p', `b="it's"`], `a = 'p'\nb = "it's"\n`],
  ['a date gives way', 'a = 1979-05-27 # c\n', ['a=2'], 'a = 2 # c\n'],
  [
    'a number is the same in any notation',
    'a = 0x10\nb = 1_000\n',
    ['a=16', 'b=1000'],
    'a = 0x10\nb = 1_000\n',
  ],
  ['infinities are numbers', 'a = 1\n', ['a=[-inf, nan, 1e-5]'], 'a = [-inf, nan, 1e-05]\n'],
  ['a last 0 without a line break is replaced', 'a = 0', ['a=5'], 'a = 5'],
  [
    'a key is put behind the last of its table',
    '[a]\n  b = 1 # c\n\n[d]\n',
    ['+a.e=2', '+d.f.g=3'],
    '[a]\n  b = 1 # c\n  e = 2\n\n[d]\nf.g = 3\n',
  ],
  [
    'a key without a table comes before the first',
    '# about a\n[a]\nb = 1\n',
    ['+c=2'],
    'c = 2\n\n# about a\n[a]\nb = 1\n',
  ],
  [
    'a table that others imply is named',
    '[a.b]\nc = 1\n',
    ['+a.d=2'],
    '[a]\nd = 2\n\n[a.b]\nc = 1\n',
  ],
  ['dotted keys get another one', 'a.b = 1\nc = 2\n', ['+a.d=3'], 'a.b = 1\na.d = 3\nc = 2\n'],
  [
    'an inline table takes a key',
    'a = { b = 1 }\nc = {}\n',
    ['+a.d=2', '+c.e=3'],
    'a = { b = 1, d = 2 }\nc = {e = 3}\n',
  ],
  ['an empty file takes a key', '', ['+a.b=1'], 'a.b = 1\n'],
  [
    'a table goes with its keys and those below it',
    'a = 1\n\n[b]\nc = 1\n\n[b.d]\ne = 1\n',
    ['~b'],
    'a = 1\n',
  ],
  [
    'the last key of a dotted map leaves it empty',
    'a.b = 1\n[c.d]\ne = 1\n',
    ['~a.b', '~c.d'],
    'a = {}\n[c]\n',
  ],
  [
    'an item of an array of tables goes',
    '[[a]]\nb = 1\n\n[[a]]\nb = 2\n',
    ['~a.0'],
    '[[a]]\nb = 2\n',
  ],
  ['the last one leaves an empty array', 'c = 1\n\n[[a]]\nb = 1\n', ['~a.0'], 'c = 1\na = []\n'],
  [
    'a table gives way to a value',
    '[a]\nb = 1\n\n[a.c]\nd = 1\n',
    ['a.c=2'],
    '[a]\nb = 1\nc = 2\n',
  ],
  [
    'a table that only its own header made gives way too',
    'x = 1\n\n[a.b.c]\nd = 1\n',
    ['a.b.c=2'],
    'x = 1\n[a.b]\nc = 2\n\n',
  ],
  [
    'arrays of tables change key by key',
    '[[a]]\nb = 1 # c\n[[a]]\nb = 2\n',
    ['a=[{b: 3},{b: 2}]'],
    '[[a]]\nb = 3 # c\n[[a]]\nb = 2\n',
  ],
  [
    'an array over lines keeps them',
    'a = [\n  1, # one\n  2,\n]\n',
    ['a=extend_list(3)', '~a.0'],
    'a = [\n  2,\n  3,\n]\n',
  ],
  [
    '__proto__ is a key like others',
    '[a.__proto__]\nb = 1\n',
    ['a.__proto__.b=2', '+__proto__=3'],
    '__proto__ = 3\n\n[a.__proto__]\nb = 2\n',
  ],
]

for (const [title, before, args, after] of edits) {
  t.test(title, async (t) => t.equal(await edited('params.toml', before, ...args), after))
}

const refusals: Refusal[] = [
  [
    'TOML has no null',
    'a = 1\n',
    ['a=[null]'],
    'bad-override: a=null: TOML has no null (~a may do)',
  ],
  [
    'TOML integers have 64 bits',
    'a = 1\n',
    ['a=9223372036854775808'],
    `bad-override: a=9223372036854775808: TOML integers have 64 bits (a='9223372036854775808' may do)`,
  ],
  [
    'an array of tables cannot be lengthened',
    '[[a]]\nb = 1\n',
    ['a=extend_list({b: 2})'],
    'bad-override: a is written as [[a]] tables, which cannot be extended',
  ],
  [
    'a key twice is an error',
    'a = 1\na = 2\n',
    ['a=1'],
    'bad-params-file: params.toml:2:1: Defining a key multiple times is invalid',
  ],
  [
    'a text that is no TOML is an error',
    'a = 1\nb = x\n',
    ['a=1'],
    'bad-params-file: params.toml:2:5: Unexpected character',
  ],
]

for (const [title, before, args, error] of refusals) {
  t.test(title, async (t) => t.equal(await refusal('params.toml', before, ...args), error))
}
