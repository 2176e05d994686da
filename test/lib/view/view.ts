import t from 'tap'
import type { Experiment } from '../../../lib/experiment.ts'
import { compareRows } from '../../../lib/view/compare.ts'
import { sparkline } from '../../../lib/view/reduce.ts'
import type { Row } from '../../../lib/view/row.ts'
import { makeView, type ViewOptions } from '../../../lib/view/view.ts'
import { NOW, row } from '../../fixture/rows.ts'

const goal: Experiment['goal'] = { acc: 'max', loss: 'min' }
const overridden = (lr: number, seed: number) => ({
  goal,
  overrides: [`params.yaml:lr=${lr}`, `params.yaml:seed=${seed}`],
})
const rows = [
  row('a', { lr: 0.1, seed: 1, same: 1 }, { acc: 0.9, loss: 2 }, overridden(0.1, 1)),
  row('b', { lr: 0.1, seed: 2, same: 1 }, { acc: 0.8, loss: 1 }, overridden(0.1, 2)),
  row('c', { lr: 0.5, seed: 1, same: 1 }, { acc: 0.7, loss: 3 }, overridden(0.5, 1)),
  row('d', { lr: 0.5, seed: 2, same: 1 }, { acc: Number.NaN }, overridden(0.5, 2)),
]
const steps = new Map([['loss', [3, 1, 2]]])
const view = (options: ViewOptions, of: Row[] = rows) =>
  makeView(of, options, { nowMs: NOW, stepsOf: () => steps })
const names = (options: ViewOptions) => view(options).rows.map((one) => one.experiment.name)
const heads = (options: ViewOptions, of?: Row[]) =>
  view(options, of).columns.map(({ head }) => head)

t.test('by itself a view has what differs and what was measured', async (t) => {
  t.strictSame(heads({}), ['#', 'name', 'state', 'lr', 'seed', 'acc', 'loss'])
  t.match(view({}).notes, [/unchanged and not shown: 1 parameter /])
  t.strictSame(heads({ allColumns: true }), [
    ...['#', 'name', 'state', 'lr', 'seed', 'same', 'acc', 'loss'],
  ])
  t.strictSame(view({}).lines[0], [1, 'a', 'succeeded', 0.1, 1, 0.9, 2])
})

t.test(
  'rows are sorted by several keys, with what is missing or NaN last either way',
  async (t) => {
    t.strictSame(names({ sort: 'loss' }), ['b', 'a', 'c', 'd'])
    t.strictSame(names({ sort: '-loss' }), ['c', 'a', 'b', 'd'])
    t.strictSame(names({ sort: '+acc' }), ['c', 'b', 'a', 'd'])
    t.strictSame(names({ sort: 'acc' }), ['a', 'b', 'c', 'd'], 'a goal has its best first')
    t.strictSame(names({ sort: '-lr,-seed' }), ['d', 'c', 'b', 'a'])
    t.throws(() => names({ sort: 'accc' }), { code: 'unknown-column', hint: 'did you mean acc?' })
    t.throws(() => names({ sort: 'acc,' }), { code: 'usage' })
  },
)

t.test('the best is one by one goal and a front by two', async (t) => {
  t.strictSame(names({ best: 'acc' }), ['a'])
  t.strictSame(names({ best: 'loss' }), ['b'])
  t.strictSame(names({ best: true }), ['a', 'b'])
  t.strictSame(names({ best: 'acc:min,loss:max' }), ['c'])
  t.throws(() => names({ best: 'lr' }), { code: 'usage', hint: /lr:max or lr:min/ })
  t.throws(() => view({ best: true }, [row('x', {}, {})]), { code: 'usage', hint: /goal:/ })
})

t.test('columns are named, reduced over steps and renamed', async (t) => {
  const cols = 'name, params.lr ,min(loss) as best,last(loss),count(loss),spark(loss),mean(nothing)'
  t.strictSame(heads({ cols }), [
    ...['name', 'params.lr', 'best', 'last(loss)', 'count(loss)', 'spark(loss)', 'mean(nothing)'],
  ])
  t.strictSame(view({ cols }).lines[0], ['a', 0.1, 1, 2, 3, '█▁▅', undefined])
  t.throws(() => heads({ cols: 'nam' }), { code: 'unknown-column', hint: 'did you mean name?' })
  t.throws(() => heads({ cols: 'med(loss)' }), { code: 'usage', hint: /min, max/ })
  t.throws(() => heads({ cols: 'min(loss' }), { code: 'usage' })
})

t.test('a group is what differs in its seed alone', async (t) => {
  const grouped = view({ groupBy: true, sort: 'acc mean' })
  t.strictSame(grouped.columns.map(({ head }) => head).slice(0, 6), [
    'lr',
    'n',
    'acc mean',
    'acc sd',
    'acc min',
    'acc max',
  ])
  const [first, second] = grouped.lines
  t.strictSame(first?.slice(-4), [1.5, Math.SQRT1_2, 1, 2])
  t.strictSame(first?.slice(0, 2), [0.1, 2])
  t.strictSame(second?.slice(-4), [3, undefined, 3, 3])
  t.strictSame(
    view({ groupBy: 'seed' }).lines.map((line) => line[0]),
    [1, 2],
  )
  t.strictSame(
    view({ groupBy: true, sort: '-acc' }).lines,
    view({ groupBy: true, sort: '-acc mean' }).lines,
    'a metric alone is its mean',
  )
  t.throws(() => view({ groupBy: 'nothing' }), { code: 'unknown-column' })
})

t.test('a curve is drawn with its gaps, and cut to sixteen', async (t) => {
  t.equal(sparkline([1, Number.NaN, 2]), '▁ █')
  t.equal(sparkline([5, 5]), '▁▁')
  t.equal(sparkline(Array.from({ length: 1000 }, (_, i) => i)).length, 16)
})

t.test('a comparison has what differs, by how much, and whether for the better', async (t) => {
  const [a, b, , d] = rows as [Row, Row, Row, Row]
  t.strictSame(compareRows([a, b], 'params', goal), [
    { name: 'seed', values: [1, 2], deltas: [null, 1], isBetter: [null, null] },
  ])
  const [acc, loss] = compareRows([a, b, d], 'metrics', goal)
  t.strictSame(acc?.isBetter, [null, false, null])
  t.strictSame(loss?.isBetter, [null, true, null])
  t.strictSame(loss?.deltas, [null, -1, null])
})
