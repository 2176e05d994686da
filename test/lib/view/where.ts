import t from 'tap'
import type { UserError } from '../../../lib/errors.ts'
import { holds } from '../../../lib/view/holds.ts'
import { knownNames } from '../../../lib/view/row.ts'
import { parseWhere } from '../../../lib/view/where.ts'
import { NOW, row } from '../../fixture/rows.ts'

const rows = [
  row('one', { lr: 0.1, model: { depth: 3 }, opt: 'sgd' }, { acc: 0.9 }, { tags: ['keep'] }),
  row('two', { lr: 1, opt: 'adam' }, { acc: Number.NaN, big: 2n ** 60n }, { starred: true }),
  row('three', { lr: '0.1', opt: null }, {}, { queuedAt: NOW - 3 * 86_400_000, note: 'Odd one' }),
]
const known = knownNames(rows)
const chosen = (text: string) =>
  rows.filter((one) => holds(parseWhere(text, known), one, NOW)).map((one) => one.experiment.name)

t.test('a condition compares numbers with numbers and all else as text', async (t) => {
  const cases: [string, string[]][] = [
    ['lr = 0.1', ['one', 'three']],
    ['lr == 1.0', ['two']],
    ['lr < 1', ['one', 'three']],
    ['acc > 0.8', ['one']],
    ['acc != 0.9', ['two']],
    ['acc <= 0.9', ['one']],
    ['opt = adam', ['two']],
    ['opt != sgd', ['two']],
    ['starred = true', ['two']],
    ['big >= 1e18', ['two']],
    ['model.depth = 3', ['one']],
    ['params.lr = 1', ['two']],
    ['metrics.acc = 0.9', ['one']],
    ['params.yaml:lr = 1', ['two']],
    ['state = succeeded', ['one', 'two', 'three']],
    ['duration < 1m and exit = 0', ['one', 'two', 'three']],
    ['created > 2d', ['three']],
    ["created < '2026-03-03'", ['three']],
    ['age < 2h', ['one', 'two']],
  ]
  for (const [text, names] of cases) t.strictSame(chosen(text), names, text)
})

t.test('what is missing compares false, and is found by null', async (t) => {
  const cases: [string, string[]][] = [
    ['model.depth > 0', ['one']],
    ['not model.depth > 0', ['two', 'three']],
    ['model.depth is null', ['two', 'three']],
    ['opt is null', ['three']],
    ['opt is not null', ['one', 'two']],
    ['has acc', ['one', 'two']],
    ['not has acc', ['three']],
    ['nonsense is null', ['one', 'two', 'three']],
  ]
  for (const [text, names] of cases) t.strictSame(chosen(text), names, text)
})

t.test('and binds closer than or, not closer than both; brackets group', async (t) => {
  const cases: [string, string[]][] = [
    ['lr = 1 or lr = 0.1 and opt = sgd', ['one', 'two']],
    ['(lr = 1 or lr = 0.1) and opt = sgd', ['one']],
    ['not lr = 1 and has acc', ['one']],
    ['NOT (lr = 1 OR has acc)', ['three']],
    ['lr in (1, 2)', ['two']],
    ['opt in (sgd, "adam")', ['one', 'two']],
    ['lr not in (1)', ['one', 'three']],
    ['opt contains da', ['two']],
    ["name ~ '^t'", ['two', 'three']],
    ["name !~ 'e$'", ['two']],
    ['keep', ['one']],
    ['"odd ONE"', ['three']],
    ['tw or thr', ['two', 'three']],
  ]
  for (const [text, names] of cases) t.strictSame(chosen(text), names, text)
})

t.test('what is no condition is refused with a caret under the place', async (t) => {
  const cases: [string, RegExp, number][] = [
    ['', /name of a column was expected/, 0],
    ['lr >', /a value was expected/, 4],
    ['lr = 1 lr = 2', /“and”, “or” or the end/, 7],
    ['(lr = 1', /“\)” was expected/, 7],
    ['lr in 1', /“\(” was expected/, 6],
    ['lr in (1,)', /a value was expected/, 9],
    ['lrr = 1', /no experiment has “lrr”/, 0],
    ['lr = null', /lr is null/, 3],
    ['name ~ "("', /no regular expression/, 7],
    ['lr = 1 & lr = 2', /no part of a condition/, 7],
    ['lr is 1', /“null” was expected/, 6],
    ['__proto__ = 1', /no experiment has/, 0],
  ]
  for (const [text, message, at] of cases) {
    try {
      parseWhere(text, known)
      t.fail(text)
    } catch (error) {
      t.match(error, { name: 'UserError', code: 'bad-condition', message }, text)
      const lines = (error as UserError).message.split('\n')
      t.equal(lines.at(-1)?.indexOf('^'), at + 2, `the caret of “${text}”`)
    }
  }
  t.throws(() => parseWhere('lrr = 1', known), { code: 'bad-condition', hint: 'did you mean lr?' })
})

t.test('no condition, however odd, ends in anything but its own error', async (t) => {
  const parts = [
    'lr',
    '=',
    '(',
    ')',
    'and',
    'or',
    'not',
    'in',
    'is',
    'null',
    '"',
    "'",
    '~',
    ',',
    '1',
  ]
  let seed = 7
  const next = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31
    return Math.floor((seed / 2 ** 31) * below)
  }
  for (let n = 0; n < 3000; n++) {
    const text = Array.from({ length: next(12) }, () => parts[next(parts.length)]).join(' ')
    try {
      chosen(text)
    } catch (error) {
      if ((error as UserError).code !== 'bad-condition') t.fail(`${text}: ${error}`)
    }
  }
})
