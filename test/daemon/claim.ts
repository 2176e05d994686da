import t from 'tap'
import type { Machine } from '../../lib/schedule.ts'
import { NO_RESOURCES, parseSpec, type Resources } from '../../lib/spec/spec.ts'
import { arrival, claimed, roomy, success, testQueue } from '../fixture/queue.ts'

const asking = (resources: Partial<Resources>) => ({
  spec: {
    ...parseSpec('{"command": "true"}'),
    resources: { ...NO_RESOURCES, ...resources },
  },
})

const withGpus: Machine = { ...roomy, jobs: 4, gpus: [0, 1] }

t.test(
  'GPUs are recorded with the run, and free again when it has ended or never began',
  async (t) => {
    const { db, queue } = testQueue(t)
    for (const name of ['a', 'b', 'c']) queue.add(arrival(name))
    const [a, b] = [claimed(queue, 1, withGpus), claimed(queue, 2, withGpus)]
    t.strictSame([a.gpus, b.gpus], [[0], [1]])
    t.equal(queue.claim(3, withGpus), null)
    t.strictSame(
      queue.running().map(({ gpus }) => gpus),
      [[0], [1]],
      'another daemon finds them in the rows',
    )
    queue.finish(a, success())
    const c = claimed(queue, 4, withGpus)
    t.strictSame(c.gpus, [0])
    queue.requeue(c)
    t.strictSame(claimed(queue, 5, withGpus).gpus, [0])
    t.strictSame(db.prepare('select gpus from run order by experiment').pluck().all(), [
      '[0]',
      '[1]',
      '[0]',
    ])
  },
)

t.test('repositories take turns, and one that was passed over is served before them', async (t) => {
  const { db, queue } = testQueue(t)
  const inOther = { commonDir: '/other/.git' }
  for (const name of ['a1', 'a2', 'a3']) queue.add(arrival(name))
  for (const name of ['b1', 'b2']) queue.add(arrival(name, inOther))
  const one: Machine = { ...roomy, jobs: 1 }
  const order: string[] = []
  for (let job = queue.claim(1, one); job !== null; job = queue.claim(1, one)) {
    order.push(job.name)
    queue.finish(job, success())
  }
  t.strictSame(order, ['a1', 'b1', 'a2', 'b2', 'a3'])

  queue.add(arrival('first', asking({ gpus: 1 })))
  const first = claimed(queue, 1, withGpus)
  queue.add(arrival('big', asking({ gpus: 2 })))
  queue.add(arrival('small', asking({ gpus: 0 })))
  queue.add(arrival('other', { ...inOther, ...asking({ gpus: 1 }) }))
  t.equal(claimed(queue, 1, withGpus).name, 'other', 'it was the turn of that repository')
  t.equal(claimed(queue, 1, withGpus).name, 'small')
  t.equal(queue.claim(1, withGpus), null)
  t.ok(db.prepare("select reserved from experiment where name = 'big'").pluck().get())
  queue.add(arrival('other-2', { ...inOther, ...asking({ gpus: 1 }) }))
  queue.finish(first, success())
  t.equal(queue.claim(1, withGpus), null, 'a GPU is free, and kept for the big one')
})

t.test('who comes after another is ready when that has ended as it must', async (t) => {
  const { db, queue } = testQueue(t)
  const before = arrival('before')
  queue.add(before)
  const after = (must: 'succeed' | 'end') => [{ id: before.facts.id, must }]
  queue.add(arrival('if-good', { after: after('succeed') }))
  queue.add(arrival('anyhow', { after: after('end') }))
  queue.add(arrival('of-another', { after: after('end'), commonDir: '/other/.git' }))
  const gates = () =>
    Object.fromEntries(
      db.prepare('select name, gate from experiment where number > 1').raw().all() as [
        string,
        string,
      ][],
    )
  t.strictSame(gates(), { 'if-good': 'pending', anyhow: 'pending', 'of-another': 'open' })
  const job = claimed(queue)
  t.equal(job.name, 'before')
  t.equal(claimed(queue).name, 'of-another', 'ids of other repositories mean nothing')
  t.equal(queue.claim(1, roomy), null)
  const failure = { state: 'failed', exitCode: 1, result: null } as const
  queue.finish(job, success({ ...failure, reason: { code: 'exit', text: 'exited with 1' } }))
  t.match(gates(), { 'if-good': 'shut', anyhow: 'open' })
  t.equal(claimed(queue).name, 'anyhow')
  t.equal(queue.claim(1, roomy), null)
})

t.test('a claim among ten thousand takes a few milliseconds', async (t) => {
  const { queue } = testQueue(t)
  const big = arrival('big', asking({ gpus: 1 }))
  queue.atomically(() => {
    queue.add(arrival('busy', asking({ gpus: 2 })))
    queue.add(big)
    for (let i = 0; i < 10_000; i++) {
      const own = i % 3 === 0 ? asking({ gpus: 1 + (i % 2) }) : {}
      queue.add(arrival(`n-${i}`, { ...own, commonDir: `/${i % 5}/.git`, priority: i % 7 }))
    }
    for (let i = 0; i < 1000; i++) {
      queue.add(arrival(`after-${i}`, { after: [{ id: big.facts.id, must: 'succeed' }] }))
    }
  })
  const machine: Machine = { ...roomy, jobs: 1000, gpus: [0, 1] }
  const times = Array.from({ length: 21 }, () => {
    const start = performance.now()
    queue.claim(1, machine)
    return performance.now() - start
  })
  const median = times.toSorted((a, b) => a - b)[10] ?? Number.NaN
  t.comment(`${median.toFixed(1)} ms`)
  t.ok(median < 100, `it took ${median} ms`)
})
