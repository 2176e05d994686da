import t from 'tap'
import { parseOverride } from '../../../lib/overrides/parse.ts'
import { mistakeOf } from '../../fixture/mistake.ts'

const where = (argument: string) => {
  const { operation, file, path } = parseOverride(argument)
  return [operation, file, path.join('.')]
}

t.test(
  'what stands before the first colon is the file, if that is before the first =',
  async (t) => {
    t.same(where('lr=0.1'), ['change', null, 'lr'])
    t.same(where('params.yaml:lr=0.1'), ['change', 'params.yaml', 'lr'])
    t.same(where('dir/my params.toml:x.y=1,2'), ['change', 'dir/my params.toml', 'x.y'])
    t.same(where('foo=a:b'), ['change', null, 'foo'])
    t.same(where('foo={bar: 1}'), ['change', null, 'foo'])
    t.same(where('params.json:foo={bar: 1}'), ['change', 'params.json', 'foo'])
    t.equal(mistakeOf(() => parseOverride('a:b:c=1')).fault, 'syntax')
    t.equal(mistakeOf(() => parseOverride(':lr=1')).fault, 'syntax')
  },
)

t.test('a prefix may stand before the file or before the key, but not both', async (t) => {
  for (const [prefix, operation] of [
    ['+', 'add'],
    ['++', 'force-add'],
    ['~', 'delete'],
  ]) {
    t.same(where(`${prefix}params.yaml:new=1`), [operation, 'params.yaml', 'new'])
    t.same(where(`params.yaml:${prefix}new=1`), [operation, 'params.yaml', 'new'])
  }
  t.same(where('~params.yaml:old'), ['delete', 'params.yaml', 'old'])
  t.equal(mistakeOf(() => parseOverride('+params.yaml:+new=1')).fault, 'bad_prefix')
  t.equal(mistakeOf(() => parseOverride('+++params.yaml:new=1')).fault, 'syntax')
})

t.test('whole numbers in a key are parts of the path', async (t) => {
  t.same(parseOverride('layers.0.size=1').path, ['layers', '0', 'size'])
  t.same(parseOverride('0.a=1').path, ['0', 'a'])
})

t.test('integers keep every digit and floats are apart from them', async (t) => {
  t.same(parseOverride('n=9007199254740993').value, { type: 'int', value: 9007199254740993n })
  t.same(parseOverride('n=1.0').value, { type: 'float', value: 1 })
  t.equal(mistakeOf(() => parseOverride(`n=${'9'.repeat(5000)}`)).fault, 'syntax')
})

t.test('an override without a key is refused', async (t) => {
  for (const argument of ['', '=1', '+=1', '~', '~=1', '+', '++']) {
    t.equal(mistakeOf(() => parseOverride(argument)).fault, 'syntax', argument)
  }
})

t.test('names of objects are no functions', async (t) => {
  for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty']) {
    t.equal(mistakeOf(() => parseOverride(`k=${name}(1)`)).fault, 'unknown_function')
    t.same(parseOverride(`${name}=1`).path, [name])
  }
})

t.test('a sweep must be the whole value, where Hydra fails only when it expands it', async (t) => {
  for (const value of ['1,choice(2,3)', '[range(3)]', '{a:choice(1,2)}', 'choice(1,choice(2,3))']) {
    t.equal(mistakeOf(() => parseOverride(`k=${value}`)).fault, 'nested_sweep', value)
  }
})

t.test('what Hydra stumbles over without need is read', async (t) => {
  t.same(parseOverride("k=sort(['b','a'])").value, {
    type: 'list',
    items: [
      { type: 'string', value: 'a', quote: 'single' },
      { type: 'string', value: 'b', quote: 'single' },
    ],
  })
  t.match(parseOverride('k=json_str(value=1)').value, { type: 'string', value: '1' })
  t.match(parseOverride('k={1:a,true:b,1.0:c}').value, { entries: { length: 3 } })
})

t.test('text is sorted by code points, and what has no order is refused', async (t) => {
  const items = (argument: string) =>
    (parseOverride(argument).value as { items: { value: string }[] }).items.map(
      ({ value }) => value,
    )
  t.same(items("k=sort(['🙂','ｚ','ab','a'])"), ['a', 'ab', 'ｚ', '🙂'])
  for (const list of ['[1,a]', '[null,null]', '[[1],[a]]', '[{},{}]']) {
    t.equal(mistakeOf(() => parseOverride(`k=sort(${list})`)).fault, 'uncomparable', list)
  }
})

t.test('a range without an end is refused when it is read', async (t) => {
  for (const range of ['range(inf)', 'range(0,nan)', 'range(0,1,-inf)']) {
    t.equal(mistakeOf(() => parseOverride(`k=${range}`)).fault, 'arg_type', range)
  }
})

t.test('an error points at its place and says the rule and a spelling for the shell', async (t) => {
  const mistake = mistakeOf(() => parseOverride('name=a#b'))
  t.equal(mistake.position, 6)
  t.equal(
    mistake.message,
    [
      'cannot use this override',
      '  name=a#b',
      '        ^',
      '# can only stand in a value that is quoted',
    ].join('\n'),
  )
  t.equal(mistake.hint, `type 'name="a#b"'`)
})

t.test(
  'the caret stays under its place after wide, combining and control characters',
  async (t) => {
    for (const [argument, shown, caret] of [
      ['k="日本"x', '  k="日本"x', '          ^'],
      ["k='\t\n'x", "  k='␉␊'x", '        ^'],
      ["k='e\u0301'x", "  k='e\u0301'x", '       ^'],
    ] as const) {
      const lines = mistakeOf(() => parseOverride(argument)).message.split('\n')
      t.same(lines.slice(1, 3), [shown, caret])
    }
  },
)

t.test('of a long argument only the part around the error is shown', async (t) => {
  const mistake = mistakeOf(() => parseOverride(`k=${'x'.repeat(1e5)}#${'y'.repeat(1e5)}`))
  t.ok(mistake.message.length < 300)
  t.equal(mistake.message[mistake.message.indexOf('^') - 1], ' ')
})

t.test('the hint is the nearest spelling that can be read', async (t) => {
  const hints = {
    'a[0]=1': "type 'a.0=1'",
    'lr = 0.1': "type 'lr=0.1'",
    'x=[1,2': "type 'x=[1,2]'",
    'x={a: b#, c: d}': `type 'x={a:"b#", c: d}'`,
    "x=don't": `type 'x="don'\\''t"'`,
    'x=a=b': `type 'x="a=b"'`,
    'x=cohice(1,2)': "type 'x=choice(1,2)'",
    'x=rnage(3)': "type 'x=range(3)'",
    '+x=extend_list(1)': "type 'x=extend_list(1)'",
    'x=range(a)': "for example 'x=range(0,1,0.1)'",
    lr: "'lr=VALUE' gives it a value",
  }
  for (const [argument, hint] of Object.entries(hints)) {
    t.equal(mistakeOf(() => parseOverride(argument)).hint, hint)
  }
})
