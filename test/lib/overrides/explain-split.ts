import t from 'tap'
import { refuseSplitArguments } from '../../../lib/overrides/explain-split.ts'
import { mistakeOf } from '../../fixture/mistake.ts'

const told = (...args: string[]) => mistakeOf(() => refuseSplitArguments(args))

t.test('a dict that a shell made several arguments of is put together again', async (t) => {
  t.match(told('a=x:1', 'a=y:2', 'b=3'), {
    fault: 'split',
    argument: 'a=x:1 a=y:2',
    position: 6,
    rule: /2 arguments of one/,
    hint: "type 'a={x:1,y:2}'",
  })
  t.match(told('f.yaml:a=x:1', 'f.yaml:a=y:2').hint, "type 'f.yaml:a={x:1,y:2}'")
  t.match(told('a={x:1,', 'y:2}').hint, "type 'a={x:1, y:2}'")
})

t.test('a list that was split at its blanks is put together again', async (t) => {
  t.match(told('b=1', 'a=[1,', '2,', '3]', 'c=4'), {
    argument: 'a=[1, 2, 3]',
    hint: "type 'a=[1, 2, 3]'",
  })
  t.match(told('a=choice(1,', '2)').hint, "type 'a=choice(1, 2)'")
  t.match(told('a=sort(1,2,', 'reverse=true)').hint, "type 'a=sort(1,2, reverse=true)'")
})

t.test('a home directory instead of a key was a ~', async (t) => {
  t.match(told('/root').hint, "'~KEY'")
})

t.test('what no shell has changed is let through', async (t) => {
  for (const args of [
    [],
    ['a=1,2', 'b=[1,2]', 'c={x: 1}', '~d', 'p.yaml:e=f(1)'],
    ["a='['", 'a="("'],
    ['a=x:1'],
    ['a=x:1', 'b=y:2'],
    ['/data/params.yaml:a=1'],
    ['a=[1,2'],
    ['a=[1,2', 'b=1'],
  ]) {
    t.doesNotThrow(() => refuseSplitArguments(args), args.join(' '))
  }
})
