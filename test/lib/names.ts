import { execFileSync } from 'node:child_process'
import t from 'tap'
import {
  checkName,
  foldName,
  freeName,
  MAX_NAME_BYTES,
  nameProblem,
  proposeNames,
  randomName,
} from '../../lib/names.ts'
import { expandSweep } from '../../lib/overrides/expand.ts'
import type { Override } from '../../lib/overrides/override.ts'
import { parseOverride } from '../../lib/overrides/parse.ts'
import { ADJECTIVES, NOUNS } from '../../lib/words.ts'

const sweep = (...experiments: string[][]): Override[][] =>
  experiments.flatMap((texts) => expandSweep(texts.map((text) => parseOverride(text))))

t.test('a name is of plain characters', async (t) => {
  for (const name of [
    'a',
    'lr=0.1,depth=18',
    'A_b-c.d+e',
    '1e-3',
    '12a',
    'abcdef',
    'x'.repeat(100),
  ]) {
    t.equal(nameProblem(name), null, name)
  }
})

t.test('a name that could be taken for something else is refused', async (t) => {
  for (const [name, problem] of [
    ['', /is empty/],
    ['a b', /other characters/],
    ['a/b', /other characters/],
    ['../x', /other characters/],
    ['ä', /other characters/],
    ['a\n', /other characters/],
    ['a\0', /other characters/],
    ['a:b', /other characters/],
    ['@last', /other characters/],
    ['#7', /other characters/],
    ['$(reboot)', /other characters/],
    ['x'.repeat(101), /longer than 100/],
    ['--force', /starts with -/],
    ['.hidden', /starts with \./],
    ['42', /is a number/],
    ['deadbeef', /object id/],
    ['DEADBEEF', /object id/],
    ['0'.repeat(6).concat('a'), /object id/],
    ['f'.repeat(64), /object id/],
    ['HEAD', /Git has taken/],
    ['head', /Git has taken/],
    ['a..b', /cannot be a ref/],
    ['a.', /cannot be a ref/],
    ['a.lock', /cannot be a ref/],
    ['a.LOCK', /cannot be a ref/],
  ] as const) {
    t.match(nameProblem(name), problem, JSON.stringify(name))
  }
  t.throws(() => checkName('a b'), {
    name: 'UserError',
    code: 'bad-name',
    message: /“a b” has other characters/,
    hint: /-n/,
  })
  t.equal(checkName('fine'), 'fine')
})

t.test('git takes every name that we take, as part of a ref', async (t) => {
  for (const name of ['a', '=,+-', '+', '_.-', 'a.b.c', 'x'.repeat(100), 'lr=1e-05', 'a.locked']) {
    t.equal(nameProblem(name), null, name)
    execFileSync('git', ['check-ref-format', `refs/exps/${name}`])
  }
})

t.test('names that differ in case alone are one', async (t) => {
  t.equal(foldName('LR=0.1'), foldName('lr=0.1'))
  t.equal(foldName('a\u030a'), foldName('\u00c5'))
  t.not(foldName('a-b'), foldName('a_b'))
})

t.test('the first free name is taken, whatever the case of the others', async (t) => {
  t.equal(freeName('Otter', new Set()), 'Otter')
  t.equal(freeName('Otter', new Set(['otter'])), 'Otter-2')
  t.equal(freeName('Otter', new Set(['otter', 'otter-2', 'otter-4'])), 'Otter-3')
  t.equal(freeName('otter', new Set(['otter-2'])), 'otter')
})

t.test('a free name is never too long', async (t) => {
  const long = 'x'.repeat(MAX_NAME_BYTES)
  const taken = new Set([long])
  for (let n = 2; n <= 12; n++) {
    const free = freeName(long, taken)
    t.equal(free, `${'x'.repeat(MAX_NAME_BYTES - `-${n}`.length)}-${n}`)
    t.equal(nameProblem(free), null)
    taken.add(free)
  }
})

t.test('a given name stays, and a sweep numbers it', async (t) => {
  t.strictSame(proposeNames('mine', sweep([])), ['mine'])
  t.strictSame(proposeNames('mine', sweep(['lr=1'], ['lr=2'], ['lr=3'])), [
    'mine-1',
    'mine-2',
    'mine-3',
  ])
  t.throws(() => proposeNames('a b', sweep([])), { code: 'bad-name' })
  t.throws(() => proposeNames('x'.repeat(99), sweep(['lr=1'], ['lr=2'])), { code: 'bad-name' })
})

t.test('parameters give a name, of the last part of each key', async (t) => {
  const named = (...texts: string[]) => proposeNames(null, sweep(texts))[0]
  t.equal(named('lr=0.1', 'model.depth=18'), 'lr=0.1,depth=18')
  t.equal(named('conf/a.yaml:model.depth=18'), 'depth=18')
  t.equal(named('a.lr=1', 'b.lr=2'), 'a.lr=1,b.lr=2')
  t.equal(named('~dropout'), 'no-dropout')
  t.equal(named("opt='adam'"), 'opt=adam')
  t.equal(named('+new=1'), 'new=1')
})

t.test('where parameters give no good name, words do, for all of a sweep', async (t) => {
  const words = /^[a-z]+-[a-z]+$/
  const numbered = /^([a-z]+-[a-z]+)-1 \1-2$/
  for (const text of ["a='two words'", 'a=[1,2]', 'a=path/to', `a=${'x'.repeat(60)}`]) {
    t.match(proposeNames(null, sweep([text]))[0], words, text)
    t.match(proposeNames(null, sweep([text], ['a=1'])).join(' '), numbered, text)
  }
  t.match(proposeNames(null, sweep([]))[0], words)
})

t.test('every name of words is a good one', async (t) => {
  t.strictSame(
    ADJECTIVES.flatMap((first) => NOUNS.map((second) => `${first}-${second}`)).filter(
      (name) => nameProblem(name) !== null,
    ),
    [],
  )
  t.ok(new Set(Array.from({ length: 100 }, randomName)).size > 90)
})
