import { performance } from 'node:perf_hooks'
import t from 'tap'
import { refuseSplitArguments } from '../../../lib/overrides/explain-split.ts'
import { parseLiteral } from '../../../lib/overrides/literal.ts'
import { OverrideError } from '../../../lib/overrides/override-error.ts'
import { parseOverride } from '../../../lib/overrides/parse.ts'
import { sweepLength } from '../../../lib/overrides/sweep-values.ts'
import { mistakeOf } from '../../fixture/mistake.ts'
import { many, pick, type Random, seeded } from '../../fixture/override-values.ts'

const TOKENS = [
  ...'abz019_$+-~@:/=.,()[]{}\'"\\ \t#;&!<>^`%*?|é日\n\0',
  ...['choice(', 'range(', 'sort(', 'tag(', 'int(', 'shuffle(', 'interval(', 'json_str(', 'glob('],
  ...[
    '${',
    `\${a}`,
    'null',
    'true',
    'inf',
    'nan',
    '1e400',
    '-0.0',
    "''",
    '\\\\',
    'reverse=',
    '🙂',
    '\ud800',
  ],
]

const anyText = (random: Random): string => {
  const head = pick(random, ['k=', 'k=', 'a.b=', '+k=', '', '~k', 'f.yaml:k='])
  return head + many(random, 25, () => pick(random, TOKENS)).join('')
}

const anyBytes = (random: Random): string =>
  String.fromCharCode(...many(random, 40, () => Math.floor(random() * 0x250)))

t.test('whatever is typed is read or refused with a place in it', async (t) => {
  const random = seeded(7)
  for (let i = 0; i < 60_000; i++) {
    const argument = i % 3 === 0 ? anyBytes(random) : anyText(random)
    try {
      refuseSplitArguments([argument, 'a=x:1'])
      parseLiteral(argument)
      sweepLength(parseOverride(argument))
    } catch (error) {
      if (!(error instanceof OverrideError)) throw Object.assign(error as Error, { argument })
      const isInside = error.position >= 0 && error.position <= argument.length
      if (!isInside) t.fail(`${error.position} is outside of ${argument}`)
    }
  }
})

t.test('nesting has a limit, which is an error and not a crash', async (t) => {
  for (const open of ['[', '{a:', 'int(', 'sort(', '[{a:int(']) {
    for (const close of ['', ']', ')', '}']) {
      const argument = `k=${open.repeat(50_000)}${close.repeat(50_000)}`
      t.equal(mistakeOf(() => parseOverride(argument)).fault, 'syntax')
    }
  }
  t.equal(parseOverride(`k=${'['.repeat(100)}${']'.repeat(100)}`).path[0], 'k')
})

t.test('long arguments take time in proportion to their length', async (t) => {
  const size = 100_000
  for (const argument of [
    `k=${'a'.repeat(size)}`,
    `k=${'a '.repeat(size)}`,
    `k=${' '.repeat(size)}x${' '.repeat(size)}`,
    `k=${'\\'.repeat(size)}`,
    `k='${'\\'.repeat(size)}`,
    `k='${'\\\\'.repeat(size)}'`,
    `k='${"\\'".repeat(size)}'`,
    `k="${"'".repeat(size)}`,
    `k=${"'a',".repeat(size)}`,
    `k=${'${'.repeat(size)}`,
    `k=[${'1,'.repeat(size)}1]`,
    `k={${'a:1,'.repeat(size)}a:1}`,
    `k=choice(${'a b ,'.repeat(size)}c)`,
    `k=sort(${'b,a,'.repeat(size)}c)`,
    `k=${':'.repeat(size)}`,
    `k=${'1_'.repeat(size)}`,
    `k=${'1'.repeat(size)}.`,
    `k=${'1'.repeat(size)}e`,
    `k=int('${' '.repeat(size)}1')`,
    `k=int('${'1_'.repeat(size)}')`,
    `${'a.'.repeat(size)}a=1`,
    `${'a/'.repeat(size)}a=1`,
    `${'a'.repeat(size)}`,
    `${'+'.repeat(size)}`,
    `${':'.repeat(size)}`,
    `${'a(['.repeat(size)}=`,
    `k=range(1e308,1e-308,-1e-300)`,
    `k=range(0,1e308)`,
  ]) {
    const start = performance.now()
    try {
      refuseSplitArguments([argument])
      sweepLength(parseOverride(argument))
    } catch (error) {
      if (!(error instanceof OverrideError)) throw error
    }
    // What is not linear takes minutes at this length.
    t.ok(performance.now() - start < 30_000, `${argument.slice(0, 20)}… is quick`)
  }
})
