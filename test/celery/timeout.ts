import t from 'tap'
import { gate } from '../fixture/gate.ts'
import { until } from '../fixture/until.ts'
import { brokersMissing, startRabbit } from './fixture/brokers.ts'
import { openCluster } from './fixture/cluster.ts'

const SHORT = '-rabbit consumer_timeout 10000 -rabbit channel_tick_interval 1000'

t.test(
  'a run that is longer than RabbitMQ’s consumer timeout runs once, and its worker lives on',
  { skip: brokersMissing() },
  async (t) => {
    const cluster = await openCluster(t, (world) => startRabbit(world, SHORT))
    const first = await cluster.host(t, 'h1')
    const main = first.main()
    const { wait, arrivals, open } = gate(cluster.world, 'long')
    const job = await cluster.submit('long', wait)
    await until('it runs', () => arrivals().length === 1)
    const second = await cluster.host(t, 'h2')
    const log = async (): Promise<string> => (await first.exp('worker', 'logs')).stdout
    await until('its channel was closed, and it is connected again', async () =>
      /PRECONDITION_FAILED.*Connected to amqp/s.test(await log()),
    )
    open()
    t.match((await cluster.ended(job)).state, {
      outcome: { state: 'succeeded', attempt: 1, worker: first.node },
    })
    t.equal(arrivals().length, 1)
    t.equal(first.main(), main)
    await second.exp('worker', 'stop')
    const next = await cluster.submit('next', 'true')
    t.match((await cluster.ended(next)).state, { outcome: { state: 'succeeded' } })
  },
)
