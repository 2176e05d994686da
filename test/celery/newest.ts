import { Redis } from 'ioredis'
import t from 'tap'
import { isAlive } from '../fixture/daemon-process.ts'
import { gate } from '../fixture/gate.ts'
import { until } from '../fixture/until.ts'
import { brokersMissing, startRabbit, startRedis } from './fixture/brokers.ts'
import { openCluster } from './fixture/cluster.ts'

// The scenarios that depend on what Celery and Kombu do inside, with the newest of them.
const python = process.env.GIT_EXP_TEST_NEW_PYTHON ?? ''
const required = process.env.GIT_EXP_TEST_BROKERS === 'required'
const skip = brokersMissing() || (python === '' && !required && 'no newer Celery was given')

for (const [name, start] of [
  ['RabbitMQ', startRabbit],
  ['Redis', startRedis],
] as const) {
  t.test(`the newest Celery on ${name}`, { skip }, async (t) => {
    const cluster = await openCluster(t, start)
    const host = await cluster.host(t, 'h1', { python, env: { GIT_EXP_TEST_VISIBILITY: '8' } })
    const kill = gate(cluster.world, 'kill')
    const killed = await cluster.submit(
      'killed',
      `[ "$GIT_EXP_ATTEMPT" = 1 ] || exit 0; ${kill.program} & ${kill.wait}`,
    )
    await until('both run', () => kill.arrivals().length === 2)
    process.kill(await host.pool(), 'SIGKILL')
    t.match((await cluster.ended(killed)).state, { outcome: { state: 'succeeded', attempt: 2 } })
    t.strictSame(kill.arrivals().filter(isAlive), [])

    const { wait, arrivals, open } = gate(cluster.world, 'restart')
    const job = await cluster.submit('restart', wait)
    await until('it runs', () => arrivals().length === 1)
    if (name === 'Redis') {
      const redis = new Redis(cluster.broker.url)
      const score = async (): Promise<number> =>
        Number((await redis.zrange('unacked_index', '0', '0', 'WITHSCORES'))[1])
      const began = await score()
      await until('it was made young again', async () => (await score()) > began + 8)
      redis.disconnect()
    }
    await cluster.broker.kill()
    await cluster.broker.start()
    const next = await cluster.submit('after-restart', 'true')
    open()
    t.match((await cluster.ended(job)).state, { outcome: { state: 'succeeded', attempt: 1 } })
    t.match((await cluster.ended(next)).state, { outcome: { state: 'succeeded' } })
    t.equal(arrivals().length, 1)
  })
}
