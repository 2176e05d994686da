import t from 'tap'
import type { Override } from '../../../lib/overrides/override.ts'
import { parseOverride } from '../../../lib/overrides/parse.ts'
import { MOST_DIMENSIONS, pointsOf, SAMPLERS } from '../../../lib/overrides/points.ts'
import { drawSample, type Sampling } from '../../../lib/overrides/sample.ts'
import { mistakeOf } from '../../fixture/mistake.ts'

const drawn = (texts: string[], sampling: Partial<Sampling> = {}): Override[][] =>
  drawSample(
    texts.map((text) => parseOverride(text)),
    { count: 8, sampler: 'random', seed: 1, ...sampling },
  )

const said = (sweep: Override[][]): string[] =>
  sweep.map((overrides) => overrides.map(({ text }) => text).join(' '))

const numbers = (sweep: Override[][], key = 0): number[] =>
  sweep.map((overrides) => {
    const value = overrides[key]?.value
    return value?.type === 'float' || value?.type === 'int' ? Number(value.value) : Number.NaN
  })

t.test('the same seed draws the same experiments, to the digit', async (t) => {
  const texts = [
    'lr=tag(log,interval(1e-5,1e-1))',
    'depth=int(interval(2,9))',
    'opt=adam,sgd',
    'n=3',
  ]
  t.strictSame(said(drawn(texts, { count: 3, seed: 7 })), said(drawn(texts, { count: 3, seed: 7 })))
  t.strictSame(said(drawn(texts, { count: 3, seed: 7 })), [
    'lr=1.21018e-05 depth=3 opt=sgd n=3',
    'lr=0.00528503 depth=7 opt=adam n=3',
    'lr=1.028e-05 depth=6 opt=sgd n=3',
  ])
  t.notSame(said(drawn(texts, { seed: 7 })), said(drawn(texts, { seed: 8 })))
})

t.test('another parameter leaves the random values of the others as they were', async (t) => {
  const alone = numbers(drawn(['lr=interval(0,1)']))
  t.strictSame(numbers(drawn(['lr=interval(0,1)', 'wd=interval(0,1)'])), alone)
})

t.test('values stay within their interval, and are spread over it', async (t) => {
  for (const sampler of SAMPLERS) {
    const plain = numbers(drawn(['x=interval(-2,6)'], { count: 200, sampler }))
    t.ok(plain.every((value) => value >= -2 && value < 6))
    t.match(plain.filter((value) => value < 2).length, /^(8|9|10|11)\d$/, sampler)
    const log = numbers(drawn(['x=tag(log,interval(1e-6,1e-2))'], { count: 200, sampler }))
    t.ok(log.every((value) => value >= 1e-6 && value < 1e-2))
    t.match(log.filter((value) => value < 1e-4).length, /^(8|9|10|11)\d$/, sampler)
    const whole = numbers(drawn(['x=int(interval(0.5,3.5))', 'y=interval(0,1)'], { count: 200 }))
    t.strictSame(new Set(whole), new Set([0, 1, 2]))
  }
})

t.test('narrow and enormous intervals keep their resolution', async (t) => {
  const narrow = numbers(drawn(['x=interval(1000000,1000000.001)'], { count: 50 }))
  t.equal(new Set(narrow).size, 50)
  const enormous = numbers(drawn(['x=interval(-1.7e308,1.7e308)'], { count: 50 }))
  t.ok(enormous.every(Number.isFinite))
})

t.test('what can be counted is drawn without repeating itself', async (t) => {
  for (const sampler of SAMPLERS) {
    const all = said(drawn(['a=1,2,3', 'b=range(0,4)', '~c'], { count: 12, sampler }))
    t.equal(new Set(all).size, 12, sampler)
  }
  const huge = drawn(['a=range(0,1e12)'], { count: 3 })
  t.equal(new Set(said(huge)).size, 3)
})

t.test('every part of the square has its share of a Sobol sequence', async (t) => {
  const names = Array.from({ length: MOST_DIMENSIONS }, (_, i) => `p${i}`)
  const next = pointsOf('sobol', 5, names)
  const points = Array.from({ length: 64 }, next)
  for (const at of names.keys()) {
    const cells = points.map((point) => Math.floor((point[at] ?? 0) * 64))
    t.equal(new Set(cells).size, 64, `dimension ${at}`)
  }
  for (const [across, down] of [
    [64, 1],
    [16, 4],
    [8, 8],
    [2, 32],
  ] as const) {
    const cells = points.map(
      ([x = 0, y = 0]) => `${Math.floor(x * across)} ${Math.floor(y * down)}`,
    )
    t.equal(new Set(cells).size, 64, `${across} by ${down}`)
  }
})

t.test('what nothing can be drawn from is refused', async (t) => {
  t.throws(() => drawn(['a=1']), { code: 'usage', message: /nothing to draw/ })
  t.throws(() => drawn(['a=1,2'], { count: 3 }), { message: /only 2 combinations/ })
  const many = Array.from({ length: 22 }, (_, i) => `p${i}=interval(0,1)`)
  t.throws(() => drawn(many, { sampler: 'sobol' }), { message: /21 parameters at most/ })
  t.equal(drawn(many).length, 8)
  for (const text of [
    'a=interval(1,1)',
    'a=interval(2,1)',
    'a=tag(log,interval(0,1))',
    'a=int(interval(0.2,0.8))',
    'a=range(3,3)',
  ]) {
    t.equal(mistakeOf(() => drawn([text])).fault, 'empty', text)
  }
})
