import t from 'tap'
import { type Edit, edited, type Refusal, refusal } from '../../fixture/edited.ts'

const edits: Edit[] = [
  ['only the value changes', '{"a" : 1 ,\n "b":2}', ['b=x'], '{"a" : 1 ,\n "b":"x"}'],
  ['a byte order mark stays', '\uFEFF{"a":1}', ['a=2'], '\uFEFF{"a":2}'],
  [
    'an integer and a float stay what they are',
    '{"a": 1, "b": 1}',
    ['a=1.0', 'b=1'],
    '{"a": 1.0, "b": 1}',
  ],
  ['small floats are written as JSON', '{"a": 1}', ['a=1e-5'], '{"a": 1e-05}'],
  [
    'big integers keep every digit',
    '{"a": 12345678901234567890, "b": 1}',
    ['b=98765432109876543210'],
    '{"a": 12345678901234567890, "b": 98765432109876543210}',
  ],
  [
    'what Python writes beside JSON stays',
    '{"a": NaN, "b": -Infinity, "c": "NaN", "d": 1}',
    ['d=2'],
    '{"a": NaN, "b": -Infinity, "c": "NaN", "d": 2}',
  ],
  [
    'a key is put behind the last, as close as that',
    '{"a":1,"b":2}',
    ['+c=3'],
    '{"a":1,"b":2,"c":3}',
  ],
  [
    'a key gets a line where the last has one',
    '{\r\n  "a": 1\r\n}\r\n',
    ['+b.c=2'],
    '{\r\n  "a": 1,\r\n  "b": {"c": 2}\r\n}\r\n',
  ],
  ['an empty object takes a key', '{ }', ['+a=1'], '{"a": 1}'],
  ['a key goes with its line', '{\n  "a": 1,\n  "b": 2\n}\n', ['~b'], '{\n  "a": 1\n}\n'],
  ['the only key leaves an empty object', '{"a": {"b": 1}}', ['~a.b'], '{"a": {}}'],
  [
    'a list is lengthened and shortened',
    '{"a": [1, 2]}',
    ['a=extend_list(3,4)', '~a.0'],
    '{"a": [2, 3, 4]}',
  ],
  [
    '__proto__ is a key like others',
    '{"__proto__": {"a": 1}}',
    ['__proto__.a=2', '+constructor=3'],
    '{"__proto__": {"a": 2}, "constructor": 3}',
  ],
]

for (const [title, before, args, after] of edits) {
  t.test(title, async (t) => t.equal(await edited('params.json', before, ...args), after))
}

t.test('comments and commas at the end stay in JSON with comments', async (t) => {
  const before = '{\n  // one\n  "a": 1, // 1\n  "b": [1, /* x */ 2], // 2\n}\n'
  const after = '{\n  // one\n  "b": [1, /* x */ 2, 3], // 2\n  "c": 4,\n}\n'
  t.equal(await edited('params.jsonc', before, '~a', 'b=extend_list(3)', '+c=4'), after)
})

const refusals: Refusal[] = [
  [
    'JSON has no number for nan',
    '{"a": 1}',
    ['a=nan'],
    `bad-override: a=nan: JSON has no number for nan (as text it can be kept: a='nan')`,
  ],
  [
    'nor for an infinity in a list',
    '{"a": 1}',
    ['a=[-inf]'],
    `bad-override: a=-inf: JSON has no number for -inf (as text it can be kept: a='-inf')`,
  ],
  [
    'a comment in plain JSON is an error',
    '{"a": 1 // c\n}',
    ['a=2'],
    'bad-params-file: params.json:1:9: invalid comment token',
  ],
  [
    'a comma at the end of plain JSON is an error',
    '{\n"a": 1,}',
    ['a=2'],
    'bad-params-file: params.json:2:8: property name expected',
  ],
  [
    'a text that is cut short is an error',
    '{"a": 1',
    ['a=2'],
    'bad-params-file: params.json:1:8: the JSON ends too early',
  ],
  [
    'an empty file is an error',
    '',
    ['+a=2'],
    'bad-params-file: params.json:1:1: the JSON ends too early',
  ],
  [
    'a key twice is an error',
    '{"a": 1, "a": 2}',
    ['a=2'],
    'bad-params-file: params.json:1:10: a stands here a second time',
  ],
]

for (const [title, before, args, error] of refusals) {
  t.test(title, async (t) => t.equal(await refusal('params.json', before, ...args), error))
}

t.test('nesting that no stack can hold is an error', async (t) => {
  const text = `{"a": ${'['.repeat(100_000)}${']'.repeat(100_000)}}`
  const error = 'bad-params-file: params.json: nested too deeply to be read'
  t.equal(await refusal('params.json', text, 'a=1'), error)
})
