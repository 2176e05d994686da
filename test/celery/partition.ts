import t from 'tap'
import { isAlive } from '../fixture/daemon-process.ts'
import { gate } from '../fixture/gate.ts'
import { markedProcesses } from '../fixture/sandbox.ts'
import { until } from '../fixture/until.ts'
import { brokersMissing, startRabbit } from './fixture/brokers.ts'
import { openCluster } from './fixture/cluster.ts'

t.test('workers that lose sight of the broker', { skip: brokersMissing() }, async (t) => {
  const cluster = await openCluster(t, startRabbit)
  const first = await cluster.host(t, 'h1')

  await t.test('a broker that goes and comes back ends no run and repeats none', async (t) => {
    const { wait, arrivals, open } = gate(cluster.world, 'restart')
    const job = await cluster.submit('restart', wait)
    await until('it runs', () => arrivals().length === 1)
    await cluster.broker.kill()
    await cluster.broker.start()
    // It is another message's turn only when the worker is connected again.
    const next = await cluster.submit('after-restart', 'true')
    open()
    t.match((await cluster.ended(job)).state, { outcome: { state: 'succeeded', attempt: 1 } })
    t.match((await cluster.ended(next)).state, { outcome: { state: 'succeeded' } })
    t.equal(arrivals().length, 1)
  })

  await t.test('a run that was taken over while it was frozen cannot publish', async (t) => {
    const { wait, arrivals, open } = gate(cluster.world, 'frozen')
    const job = await cluster.submit('frozen', `[ "$GIT_EXP_ATTEMPT" = 2 ] || { ${wait}; }`)
    await until('it runs', () => arrivals().length === 1)
    const tree = markedProcesses(`${first.world.env.GIT_EXP_TEST_SANDBOX}`)
    for (const pid of tree) process.kill(pid, 'SIGSTOP')
    const second = await cluster.host(t, 'h2')
    const { state } = await cluster.ended(job)
    t.match(state, { outcome: { state: 'succeeded', attempt: 2, worker: second.node } })
    const result = await cluster.refs('refs/exps')
    open()
    for (const pid of tree) if (isAlive(pid)) process.kill(pid, 'SIGCONT')
    await until('the first notices', async () =>
      /end-early .*why="fenced"|answer="fenced"/.test((await first.exp('worker', 'logs')).stdout),
    )
    await until('it has ended its run', () => first.program() === 0)
    t.strictSame(await cluster.refs('refs/exps'), result)
    t.match((await cluster.look(job)).state, { outcome: { attempt: 2 } })
    await second.exp('worker', 'stop')
  })

  await t.test(
    'of two that run the same one publishes, and who asks runs nothing twice',
    async (t) => {
      const { wait, arrivals, open } = gate(cluster.world, 'split')
      const command = `[ "$GIT_EXP_ATTEMPT" = 2 ] || { ${wait}; }`
      const job = await cluster.submit('split', command, { queue: 'exp.host.h1' })
      await until('it runs', () => arrivals().length === 1)
      const polite = await cluster.host(t, 'h3')
      await cluster.send({ ...job, queue: 'exp.default' })
      await until('the second asks the first', async () =>
        / held .*by="worker@h1"/.test((await polite.exp('worker', 'logs')).stdout),
      )
      await polite.exp('worker', 'stop')
      // This one asks nobody, as if all its questions were lost.
      await cluster.host(t, 'h4', { env: { GIT_EXP_TEST_ASK_MS: '0' } })
      const { state } = await cluster.ended(job)
      t.match(state, { outcome: { state: 'succeeded', attempt: 2, worker: 'worker@h4' } })
      await until('the first has ended its run', () => first.program() === 0)
      open()
      t.strictSame(arrivals().filter(isAlive), [])
      t.equal(arrivals().length, 1)
      t.match((await cluster.look(job)).state, { outcome: { attempt: 2, worker: 'worker@h4' } })
    },
  )
})
