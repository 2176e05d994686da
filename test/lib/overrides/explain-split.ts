import t from 'tap'
import { explainSplitArguments } from '../../../lib/overrides/explain-split.ts'

t.test('a dict that a shell made several arguments of is put together again', async (t) => {
  t.match(explainSplitArguments(['a=x:1', 'a=y:2', 'b=3']), "type 'a={x:1,y:2}'")
  t.match(explainSplitArguments(['f.yaml:a=x:1', 'f.yaml:a=y:2']), "type 'f.yaml:a={x:1,y:2}'")
  t.match(explainSplitArguments(['a={x:1,', 'y:2}']), "type 'a={x:1, y:2}'")
})

t.test('a list that was split at its blanks is put together again', async (t) => {
  t.match(explainSplitArguments(['b=1', 'a=[1,', '2,', '3]', 'c=4']), "type 'a=[1, 2, 3]'")
  t.match(explainSplitArguments(['a=choice(1,', '2)']), "type 'a=choice(1, 2)'")
  t.match(explainSplitArguments(['a=[1,2']), 'never closed')
})

t.test('a home directory instead of a key was a ~', async (t) => {
  t.match(explainSplitArguments(['/root']), "'~KEY'")
})

t.test('what no shell has changed needs no explanation', async (t) => {
  for (const args of [
    [],
    ['a=1,2', 'b=[1,2]', 'c={x: 1}', '~d', 'p.yaml:e=f(1)'],
    ["a='['", 'a="("'],
    ['a=x:1'],
    ['a=x:1', 'b=y:2'],
    ['/data/params.yaml:a=1'],
  ]) {
    t.equal(explainSplitArguments(args), null)
  }
})
