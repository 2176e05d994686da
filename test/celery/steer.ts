import t from 'tap'
import { isAlive } from '../fixture/daemon-process.ts'
import { gate } from '../fixture/gate.ts'
import { until } from '../fixture/until.ts'
import { brokersMissing, startRedis } from './fixture/brokers.ts'
import { openCluster } from './fixture/cluster.ts'

t.test('workers do as they are told', { skip: brokersMissing() }, async (t) => {
  const cluster = await openCluster(t, startRedis)
  const succeeded = { state: 'succeeded', attempt: 1 }

  await t.test('a worker of a GPU takes what asks for one, and shows no other', async (t) => {
    const host = await cluster.host(t, 'h1', { args: ['--gpus', '3'], worker: 'gpu3' })
    const command = '[ "$CUDA_VISIBLE_DEVICES $HIP_VISIBLE_DEVICES $ZE_AFFINITY_MASK" = "3 3 3" ]'
    const job = await cluster.submit('gpu', command, { queue: 'exp.gpu' })
    t.match((await cluster.ended(job)).state, { outcome: { ...succeeded, worker: 'gpu3@h1' } })
    const [shown] = JSON.parse((await host.exp('worker', 'status', '--json')).stdout)
    t.match(shown, { name: 'gpu3', state: 'idle', gpus: '3', experiment: null })
    t.match((await host.exp('worker', 'start', '--gpus', '3')).stderr, /gpu3 runs already/)
    t.equal((await host.exp('worker', 'stop')).exitCode, 0)
    const main = host.main()
    await until('it has ended', () => !isAlive(main))
  })

  await t.test(
    'one that is stopped gives back what it runs, one that is drained ends it',
    async (t) => {
      const first = await cluster.host(t, 'h2')
      const { program, wait, arrivals, open } = gate(cluster.world, 'stop')
      const job = await cluster.submit('stop', `${program} & ${wait}`)
      await until('both run', () => arrivals().length === 2)
      const before = arrivals()
      await first.exp('worker', 'stop')
      await until('its claim is gone', async () => (await cluster.look(job)).state.is === 'queued')
      t.strictSame(before.filter(isAlive), [])
      const second = await cluster.host(t, 'h3')
      await until('both run again', () => arrivals().length === 4)
      t.match((await second.exp('worker', 'status')).stdout, /worker@h3 +running: stop/)
      const main = second.main()
      await second.exp('worker', 'drain', 'worker')
      const next = await cluster.submit('next', 'true')
      open()
      t.match((await cluster.ended(job)).state, { outcome: { ...succeeded, worker: second.node } })
      await until('it has ended', () => !isAlive(main))
      t.match((await cluster.look(next)).state, { is: 'queued' })
      const third = await cluster.host(t, 'h4')
      t.match((await cluster.ended(next)).state, { outcome: { ...succeeded, worker: third.node } })
      await third.exp('worker', 'stop')
    },
  )

  await t.test('one that can run nothing takes itself off its queues', async (t) => {
    const host = await cluster.host(t, 'h5')
    for (const n of [1, 2, 3, 4, 5]) {
      const job = await cluster.submit(`bad-${n}`, 'x', { spec: { command: ['no-such-program'] } })
      t.match((await cluster.ended(job)).state, {
        outcome: { state: 'refused', reason: { code: 'not-found' } },
      })
    }
    const status = async (): Promise<string> => (await host.exp('worker', 'status')).stdout
    await until('it is said', async () =>
      /paused: 5 jobs in a row could not be run here/.test(await status()),
    )
    const job = await cluster.submit('good', 'true')
    const other = await cluster.host(t, 'h6')
    t.match((await cluster.ended(job)).state, { outcome: { ...succeeded, worker: other.node } })
  })
})
