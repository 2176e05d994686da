import { execFileSync } from 'node:child_process'
import t from 'tap'
import { quoteValue, unquoteValue } from '../../lib/quote.ts'

const values = [
  '',
  '/plain/path-1_2.3@host=4+5:6',
  'with blank',
  ' blanks around ',
  'a "quoted" word',
  'back\\slash and \\n that is no line break',
  'line\nbreak',
  'tab\tand # hash and ; semicolon',
  '"',
  '\\',
  'naïve 実験 🧪',
]

t.test('a plain value stands as it is, any other is quoted on one line', async (t) => {
  t.equal(quoteValue('/srv/a-b_c.git'), '/srv/a-b_c.git')
  t.equal(quoteValue('a b'), '"a b"')
  t.equal(quoteValue('a"b\\c\nd\te'), '"a\\"b\\\\c\\nd\\te"')
  for (const value of values) t.notMatch(quoteValue(value), /\n/, JSON.stringify(value))
})

t.test('what is quoted reads back the same', async (t) => {
  for (const value of values) t.equal(unquoteValue(quoteValue(value)), value)
})

t.test('git config reads what is quoted', async (t) => {
  for (const value of values) {
    const read = execFileSync('git', ['config', '-z', '--file', '-', 'exp.value'], {
      input: `[exp]\n\tvalue = ${quoteValue(value)}\n`,
    })
    t.equal(read.toString(), `${value}\0`, quoteValue(value))
  }
})

t.test('what would not have been written so is refused', async (t) => {
  for (const text of [
    '"open',
    '"',
    'close"',
    '"a" b',
    '"a"b"',
    '"\\x41"',
    '"ends in \\"',
    '"line\nbreak"',
    'back\\slash',
    'a # comment',
    'a; comment',
    'a "b"',
  ]) {
    t.equal(unquoteValue(text), null, JSON.stringify(text))
  }
})
