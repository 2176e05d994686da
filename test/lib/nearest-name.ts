import t from 'tap'
import { nearestName } from '../../lib/nearest-name.ts'

t.test('a word with a slip finds the name that was meant', async (t) => {
  const names = ['params', 'metrics', 'outputs', 'timeout', 'on_finish']
  for (const [word, meant] of [
    ['parmas', 'params'],
    ['metric', 'metrics'],
    ['Output', 'outputs'],
    ['time_out', 'timeout'],
    ['onFinish', 'on_finish'],
  ] as const) {
    t.equal(nearestName(word, names), meant, word)
  }
})

t.test('a word like none of the names finds none', async (t) => {
  t.equal(nearestName('banana', ['params', 'metrics']), null)
  t.equal(nearestName('x', ['lr']), null)
  t.equal(nearestName('', ['lr']), null)
  t.equal(nearestName('lr', []), null)
})

t.test('of two names the nearer is taken, of two as near the first', async (t) => {
  t.equal(nearestName('model.depht', ['model.width', 'model.depth']), 'model.depth')
  t.equal(nearestName('exp.fop', ['exp.foo', 'exp.fox']), 'exp.foo')
})

t.test('a swap of neighbours counts as one slip', async (t) => {
  t.equal(nearestName('rl', ['lr']), 'lr')
})

t.test('a word made to be slow is not compared', async (t) => {
  t.equal(nearestName('a'.repeat(1_000_000), ['a'.repeat(999_999)]), null)
})
