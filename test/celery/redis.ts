import { Redis } from 'ioredis'
import t from 'tap'
import type { BrokerEvent } from '../../lib/cluster/broker.ts'
import { openBroker } from '../../lib/cluster/open-broker.ts'
import { isAlive } from '../fixture/daemon-process.ts'
import { gate } from '../fixture/gate.ts'
import { markedProcesses } from '../fixture/sandbox.ts'
import { until } from '../fixture/until.ts'
import { brokersMissing, startRedis } from './fixture/brokers.ts'
import { openCluster } from './fixture/cluster.ts'

/** In seconds; each look makes what is held young again. */
const VISIBLE = 8

t.test('long runs and their output on Redis', { skip: brokersMissing() }, async (t) => {
  const cluster = await openCluster(t, startRedis)
  const env = { GIT_EXP_TEST_VISIBILITY: String(VISIBLE) }
  const first = await cluster.host(t, 'h1', { env })

  await t.test('output comes as events, and as much as is asked for', async (t) => {
    const broker = await openBroker(cluster.broker.url)
    t.teardown(() => broker.close())
    const heard: BrokerEvent[] = []
    await broker.listen((event) => heard.push(event))
    const { wait, open } = gate(cluster.world, 'output')
    const job = await cluster.submit('output', `echo grüße; ${wait}; echo end`)
    const output = () => heard.filter(({ type }) => type === 'task-output')
    await until('its output is heard', () =>
      output().some(({ text }) => String(text).includes('grüße')),
    )
    t.match(output()[0], { exp: job.id, attempt: 1, offset: 0 })
    const ask = async (method: string, given: object): Promise<unknown> =>
      (
        await broker.ask({ method, arguments: { ...given }, destination: [first.node] }, 30_000)
      ).get(first.node)
    const whole = await ask('gitexp_tail', { exp: job.id, offset: 0, max: 65_536 })
    t.match(whole, { attempt: 1, offset: 0, text: /^\[git exp\] output: .*\ngrüße\n$/ })
    t.match(await ask('gitexp_tail', { exp: job.id, offset: -7, max: 3 }), { text: /^.?ü/u })
    t.match(await ask('gitexp_tail', { exp: '../../../etc', offset: 0, max: 9 }), {
      error: 'that is no experiment',
    })
    t.match(await ask('gitexp_info', {}), { exp: job.id, attempt: 1 })
    open()
    await cluster.ended(job)
    await until('its last line is heard', () =>
      output().some(({ text }) => /(?:^|\n)end\n/.test(String(text))),
    )
  })

  await t.test('a run longer than the visibility timeout runs once', async (t) => {
    const redis = new Redis(cluster.broker.url)
    t.teardown(() => redis.disconnect())
    const { wait, arrivals, open } = gate(cluster.world, 'long')
    const job = await cluster.submit('long', wait)
    await until('it runs', () => arrivals().length === 1)
    const second = await cluster.host(t, 'h2', { env })
    const score = async (): Promise<number> =>
      Number((await redis.zrange('unacked_index', '0', '0', 'WITHSCORES'))[1])
    const began = await score()
    await until('it was made young twice over', async () => (await score()) > began + 2 * VISIBLE)
    t.equal(arrivals().length, 1)
    t.notMatch((await second.exp('worker', 'logs')).stdout, /received/)
    open()
    t.match((await cluster.ended(job)).state, { outcome: { state: 'succeeded', attempt: 1 } })
  })

  await t.test(
    'a dead host’s job is another’s after the timeout, and a restart deafens none',
    async (t) => {
      const { wait, arrivals } = gate(cluster.world, 'dead')
      const job = await cluster.submit('dead', `[ "$GIT_EXP_ATTEMPT" = 2 ] || { ${wait}; }`, {
        queue: 'exp.host.h1',
      })
      await until('it runs', () => arrivals().length === 1)
      const third = await cluster.host(t, 'h3', { env, args: ['-Q', 'exp.default,exp.host.h1'] })
      for (const pid of markedProcesses(`${first.world.env.GIT_EXP_TEST_SANDBOX}`)) {
        process.kill(pid, 'SIGKILL')
      }
      const { state } = await cluster.ended(job)
      t.match(state, { outcome: { state: 'succeeded', attempt: 2, worker: third.node } })
      t.strictSame(arrivals().filter(isAlive), [])
      await cluster.broker.kill()
      await cluster.broker.start()
      const next = await cluster.submit('after-restart', 'true')
      t.match((await cluster.ended(next)).state, { outcome: { state: 'succeeded' } })
    },
  )

  await t.test('a message that is given away while its run goes on starts no other', async (t) => {
    const args = ['-Q', 'exp.gpu']
    // This one does not make its messages young again, as with a Kombu that is not known.
    await cluster.host(t, 'h4', { env: { ...env, GIT_EXP_TEST_NO_REFRESH: '1' }, args })
    const { wait, arrivals, open } = gate(cluster.world, 'given-away')
    const job = await cluster.submit('given-away', wait, { queue: 'exp.gpu' })
    await until('it runs', () => arrivals().length === 1)
    const other = await cluster.host(t, 'h5', { env, args })
    await until('the other has it and asks', async () =>
      / held .*by="worker@h4"/.test((await other.exp('worker', 'logs')).stdout),
    )
    open()
    const { state } = await cluster.ended(job)
    t.match(state, { outcome: { state: 'succeeded', attempt: 1, worker: 'worker@h4' } })
    t.equal(arrivals().length, 1)
  })
})
