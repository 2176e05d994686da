import { readFileSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import t from 'tap'
import { countSweep, expandSweep, zipSweep } from '../../../lib/overrides/expand.ts'
import { parseOverride } from '../../../lib/overrides/parse.ts'
import { refuseComposition } from '../../../lib/overrides/refuse-composition.ts'
import { mistakeOf } from '../../fixture/mistake.ts'

const parse = (args: string[]) => args.map((arg) => parseOverride(arg))
const texts = (args: string[], seed = 0) =>
  expandSweep(parse(args), seed).map((overrides) => overrides.map(({ text }) => text))
const zipped = (...args: string[]) =>
  zipSweep(parse(args)).map((overrides) => overrides.map(({ text }) => text))

const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../fixture/cases/${name}`, import.meta.url), 'utf8'))

interface DvcCase {
  set_param: string[]
  expand?: Record<string, string[]>[]
  note: string
}

/** Where DVC's experiments are written otherwise than ours, which carry values and not text. */
const ours: Record<string, string> = {
  '~bar=null': '~bar',
  'foo=b\\ c': 'foo=b c',
  'foo=a\\:b': 'foo=a:b',
}

for (const row of read('override-sweeps.json') as DvcCase[]) {
  t.test(`DVC's case ${row.set_param.join(' ')}: ${row.note}`, async (t) => {
    const { expand } = row
    if (expand === undefined) {
      mistakeOf(() => expandSweep(parse(row.set_param)))
      return
    }
    const found = expandSweep(parse(row.set_param)).map((overrides) =>
      Object.fromEntries(
        Object.entries(Object.groupBy(overrides, ({ file }) => file ?? 'params.yaml')).map(
          ([file, own = []]) => [file, own.map(({ text }) => text.replace(/^[^=:]*:/, ''))],
        ),
      ),
    )
    const expected = expand.map((experiment) =>
      Object.fromEntries(
        Object.entries(experiment).map(([file, own]) => [file, own.map((o) => ours[o] ?? o)]),
      ),
    )
    t.same(found, expected)
  })
}

interface JobsCase {
  id: string
  overrides: string[]
  jobs: string[][]
}

for (const row of read('hydra-apply-cases.json').jobs as JobsCase[]) {
  t.test(`Hydra's ${row.id}: ${row.overrides.join(' ')}`, async (t) => {
    // An interpolation stays one, where Hydra escapes it on the way.
    const jobs = row.jobs.map((job) => job.map((o) => (o === 'a=$\\{b\\}' ? `a=\${b}` : o)))
    t.same(texts(row.overrides), jobs)
  })
}

t.test('without a sweep there is one experiment', async (t) => {
  t.same(texts([]), [[]])
  t.same(texts(['a=1', 'b.c=x']), [['a=1', 'b.c=x']])
})

t.test(
  'the last key is the fastest, and keys keep the place of their first override',
  async (t) => {
    t.same(texts(['a=1,2', 'b=3,4', 'a=5,6']), [
      ['a=5', 'b=3'],
      ['a=5', 'b=4'],
      ['a=6', 'b=3'],
      ['a=6', 'b=4'],
    ])
    t.same(texts(['a=1,2', 'a=7']), [['a=7']])
    t.same(texts(['a=1', '+a=2', 'f.yaml:a=3', '+f.yaml:a=4', 'f.yaml:+a=5']), [
      ['a=1', '+a=2', 'f.yaml:a=3', 'f.yaml:+a=5'],
    ])
  },
)

t.test('what adds to the value of its key does not replace what came before', async (t) => {
  t.same(texts(['a={x:1}', 'b=1', 'a={y:2}']), [['a={x:1}', 'a={y:2}', 'b=1']])
  t.same(texts(['a=[1],[2]', 'a=extend_list(3)', 'a=extend_list(4)']), [
    ['a=[1]', 'a=extend_list(3)', 'a=extend_list(4)'],
    ['a=[2]', 'a=extend_list(3)', 'a=extend_list(4)'],
  ])
  t.same(texts(['a={x:1}', 'a=extend_list(3)', 'a=5']), [['a=5']])
  t.same(texts(['a=1,2', 'a={x:1}']), [['a={x:1}']])
})

t.test('values keep their types: what a cast made text stays text', async (t) => {
  t.same(texts(["a=choice('1',true)", 'b=str(2,3)']), [
    ["a='1'", "b='2'"],
    ["a='1'", "b='3'"],
    ['a=true', "b='2'"],
    ['a=true', "b='3'"],
  ])
})

t.test('the text of each experiment has a file only if one was typed', async (t) => {
  const [[first, second] = []] = expandSweep(parse(['+p.yaml:a=1,2', 'b={x: 1}']))
  t.match(first, { operation: 'add', file: 'p.yaml', path: ['a'], text: 'p.yaml:+a=1' })
  t.match(second, { file: null, text: 'b={x:1}' })
})

t.test('ranges of decimals are exact, long ones too', async (t) => {
  const last = expandSweep(parse(['a=range(0,1000,0.1)'])).at(-1)?.[0]
  t.equal(last?.text, 'a=999.9')
  t.equal(texts(['a=sort(range(0.1,1,0.1),reverse=true)'])[0]?.[0], 'a=0.9')
  t.same(texts(['a=range(3,0,-1)']), [['a=3'], ['a=2'], ['a=1']])
  t.same(texts(['a=range(9007199254740993,9007199254740995)']), [
    ['a=9007199254740993'],
    ['a=9007199254740994'],
  ])
})

t.test('a sweep without values is an error, and so is one without an end', async (t) => {
  for (const sweep of ['range(3,3)', 'range(-10)', 'shuffle()', 'range(0,3,0)', 'range(0.0,3,0)']) {
    const parsed = parse(['b=1,2', `a=${sweep}`])
    t.equal(mistakeOf(() => countSweep(parsed)).fault, 'empty', sweep)
    t.equal(mistakeOf(() => expandSweep(parsed)).position, 2, sweep)
    t.equal(mistakeOf(() => zipSweep(parsed)).fault, 'empty', sweep)
  }
})

t.test('an interval needs --sample, and says so', async (t) => {
  const mistake = mistakeOf(() => expandSweep(parse(['lr=tag(log,interval(1e-5,0.1))'])))
  t.equal(mistake.fault, 'needs_sample')
  t.match(mistake.message, '--sample')
  t.equal(mistake.hint, "-S 'lr=tag(log,interval(1e-5,0.1))' --sample 10")
})

t.test('zipped lists go in pairs, and what is no list goes along', async (t) => {
  t.same(zipped('a=1,2,3', 'c=x', 'b=range(3)'), [
    ['a=1', 'c=x', 'b=0'],
    ['a=2', 'c=x', 'b=1'],
    ['a=3', 'c=x', 'b=2'],
  ])
  t.same(zipped('a=1'), [['a=1']])
  t.same(zipped(), [[]])
})

t.test('zipped lists of different lengths are both named', async (t) => {
  const mistake = mistakeOf(() => zipped('p.yaml:a=1,2', 'b=1,2', '+c=range(3)'))
  t.equal(mistake.fault, 'unequal_lengths')
  t.match(mistake.message, 'p.yaml:a has 2, +c has 3')
})

t.test(
  'a shuffle is the same for the same seed, and other keys change nothing in it',
  async (t) => {
    const shuffle = 'a=shuffle(range(50))'
    t.same(texts([shuffle], 1), texts([shuffle], 1))
    t.notSame(texts([shuffle], 1), texts([shuffle], 2))
    t.same(
      texts([shuffle], 1),
      texts([shuffle, 'b=1'], 1).map(([first]) => [first]),
    )
    t.same(texts([shuffle], 1).map(String).sort(), texts(['a=range(50)']).map(String).sort())
    const list = (seed: number) => parseOverride('a=shuffle([1,2,3,4,5,6,7,8,9])', seed).value
    t.same(list(1), list(1))
    t.notSame(list(1), list(2))
  },
)

t.test('10,000 experiments are made in no time and counted in less', async (t) => {
  const parsed = parse(['a=range(100)', 'b=range(0,10,0.1)', ...fixed(20)])
  t.equal(countSweep(parsed), 10_000)
  const start = performance.now()
  const rows = expandSweep(parsed)
  t.ok(performance.now() - start < 1000)
  t.equal(rows.length, 10_000)
  t.equal(new Set(rows.map((row) => row.map(({ text }) => text).join())).size, 10_000)
})

t.test('a count needs no experiments, and too many of them are refused', async (t) => {
  const parsed = parse(['a=range(1000000)', 'b=range(1000000)', 'c=range(1e100)'])
  t.equal(countSweep(parsed), 1e112)
  t.equal(mistakeOf(() => expandSweep(parsed)).fault, 'too_many')
  t.equal(mistakeOf(() => zipSweep(parse(['c=range(1e100)']))).fault, 'too_many')
})

t.test('what is for composition is read, and refused by name', async (t) => {
  for (const [argument, named] of [
    ['db/x=mysql', 'db/x names a config group'],
    ['db@pkg=mysql', '@pkg names a package'],
    ['db@=mysql', '@ names a package'],
    ['@pkg=1', '@pkg names a package'],
    ['db=glob(*,exclude=a)', 'glob(…) picks'],
  ] as const) {
    const parsed = parseOverride(argument)
    const mistake = mistakeOf(() => refuseComposition(parsed))
    t.equal(mistake.fault, 'composition')
    t.match(mistake.message, named)
  }
  refuseComposition(parseOverride('a/b.yaml:lr=1,2'))
})

const fixed = (count: number): string[] => Array.from({ length: count }, (_, i) => `k${i}=v`)
