import t from 'tap'
import { LiveRuns } from '../../daemon/live-runs.ts'
import { arrival, claimed, testQueue } from '../fixture/queue.ts'

t.test('who lets go of a run late does not let go of its next claim', async (t) => {
  const { queue } = testQueue(t)
  queue.add(arrival('a'))
  const runs = new LiveRuns()
  const job = claimed(queue, 1)
  const release = runs.add(job)
  queue.requeue(job)
  const releaseAgain = runs.add(claimed(queue, 2))
  release()
  t.equal(runs.has(job.id), true, 'otherwise it would be taken over while it is prepared')
  releaseAgain()
  t.equal(runs.has(job.id), false)
  t.equal(runs.size, 0)
})
