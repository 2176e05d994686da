import { join } from 'node:path'
import t from 'tap'
import { crashDaemon } from '../fixture/daemon-process.ts'
import type { ShownExperiment } from '../fixture/sandbox.ts'
import { until } from '../fixture/until.ts'
import { brokersMissing, startRabbit, startRedis, testPython } from './fixture/brokers.ts'
import { type Cluster, openCluster } from './fixture/cluster.ts'

const here = import.meta.dirname
const declarations = join(here, '..', '..', 'lib', 'cluster', 'queues.json')

/** What waits in the default queue, taken from it as Celery takes it. */
const takeMessages = async ({ world, broker }: Cluster, count: number) => {
  const script = join(here, 'fixture', 'take-messages.py')
  const args = [script, broker.url, declarations, 'exp.default', String(count)]
  const { stdout, stderr } = await world.run(testPython, args)
  if (stdout === '') throw new Error(stderr)
  return JSON.parse(stdout) as {
    taken: { task: string; id: string; args: unknown[]; kwargs: Record<string, unknown> }[]
    rest: boolean
  }
}

const waits = async ({ repo }: Cluster): Promise<Map<string, string>> => {
  const { experiments } = JSON.parse((await repo.exp('status', '--json')).stdout) as {
    experiments: { name: string; waits: string | null }[]
  }
  return new Map(experiments.map((one) => [one.name, one.waits ?? '']))
}

const ended = ({ repo }: Cluster, name: string): Promise<ShownExperiment> =>
  until(`${name} has ended`, async () => {
    const one = (await repo.shown()).find((own) => own.name === name)
    return one?.ended == null ? null : one
  })

for (const start of [startRedis, startRabbit]) {
  const skip = brokersMissing() ?? false
  t.test(`what is queued reaches workers by ${start.name.slice(5)}`, { skip }, async (t) => {
    const cluster = await openCluster(t, start)
    const { world, repo, broker, remote } = cluster
    world.env.GIT_EXP_TEST_ON_ITS_WAY_MS = '5000'
    const key = join(world.folder, 'key')
    await world.run('sh', ['-c', `umask 077; printf 'k%.0s' $(seq 64) >${key}`])
    await world.config('exp.broker', broker.url)
    await world.config('exp.clusterKey', key)
    const add = (...args: string[]) => repo.exp('add', '--celery', ...args)

    await t.test('a broker that is away is waited for, over a crash of the daemon', async (t) => {
      await broker.kill()
      await add('-n', 'low', '--priority', '-10', '--', 'true')
      await add('-n', 'usual', '--', 'true')
      await add('-n', 'high', '--priority', '10', '--', 'true')
      await until('it is said', async () =>
        [...(await waits(cluster)).values()].every((text) =>
          /for the broker at .*refused/.test(text),
        ),
      )
      await crashDaemon(world)
      await broker.start()
      await repo.exp('daemon', 'start')
      await until('all are sent', async () =>
        [...(await waits(cluster)).values()].every((text) => /for a worker/.test(text)),
      )
      const { taken, rest } = await takeMessages(cluster, 3)
      t.equal(rest, false, 'each was sent once')
      t.strictSame(
        taken.map(({ kwargs }) => kwargs.name),
        ['high', 'usual', 'low'],
      )
      t.match(taken[0], {
        task: 'gitexp.run',
        args: [],
        embed: { callbacks: null },
        content_type: 'application/json',
        argsrepr: 'high',
        kwargs: { v: 1, remote, timeout: null, signature: /^[0-9a-f]{64}$/ },
      })
      t.equal(taken[0]?.id, taken[0]?.kwargs.exp)
      await until('what the broker lost is sent again', async () => {
        await waits(cluster)
        return (await takeMessages(cluster, 3)).taken.length > 0
      })
    })

    await t.test('what waits is stopped and moved with no worker online', async (t) => {
      t.equal((await repo.exp('stop', 'low', 'usual', 'high')).exitCode, 0)
      t.match(await ended(cluster, 'low'), { state: 'stopped' })
      await add('-n', 'first', '--', 'true')
      await add('-n', 'second', '--', 'true')
      await until('they are sent', async () =>
        /worker/.test((await waits(cluster)).get('second') ?? ''),
      )
      await repo.exp('priority', '100', 'second')
      await until('it is sent again', async () =>
        /worker/.test((await waits(cluster)).get('second') ?? ''),
      )
      const { taken, rest } = await takeMessages(cluster, 2)
      t.strictSame(
        taken.map(({ kwargs }) => kwargs.name),
        ['second', 'first'],
      )
      t.equal(rest, broker.kind === 'rabbitmq', 'Redis lets the former message be taken back')
      await repo.exp('stop', 'first', 'second')
      await Promise.all(['first', 'second'].map((name) => ended(cluster, name)))
    })

    await t.test('a worker’s run is followed, and ends as the command does', async (t) => {
      await cluster.host(t, 'h1', { remotes: remote })
      const ran = await repo.exp(
        'run',
        '--celery',
        '-n',
        'seven',
        '--',
        'sh',
        '-c',
        'echo out; exit 7',
      )
      t.match(ran, { exitCode: 7, stdout: /^out$/m }, ran.stderr)
      t.match((await repo.shown())[0], { name: 'seven', host: 'h1', worker: 'worker@h1' })
      await add('-n', 'long', '--', 'sh', '-c', 'echo begun; sleep 600')
      await until('its output is here', async () =>
        /begun/.test((await repo.exp('log', 'long')).stdout),
      )
      await repo.exp('stop', 'long')
      t.match(await ended(cluster, 'long'), { state: 'stopped', host: 'h1', attempt: 1 })
      t.equal((await repo.exp('retry', 'long')).exitCode, 0)
      await until('it runs again', async () =>
        /^begun$/m.test((await repo.exp('log', 'long')).stdout),
      )
      await until('it is attempt 2', async () => (await repo.shown())[0]?.attempt === 2)
      await repo.exp('stop', 'long')
      t.match(await ended(cluster, 'long'), { state: 'stopped', attempt: 2 })
    })
  })
}
