import { spawnSync } from 'node:child_process'
import { readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { jobMessage } from '../../lib/cluster/job-message.ts'
import { jobRef } from '../../lib/cluster/job-refs.ts'
import { openBroker } from '../../lib/cluster/open-broker.ts'
import { uuid7 } from '../../lib/uuid.ts'
import { isAlive } from '../fixture/daemon-process.ts'
import { gate } from '../fixture/gate.ts'
import { until } from '../fixture/until.ts'
import { brokersMissing, startRedis } from './fixture/brokers.ts'
import { openCluster } from './fixture/cluster.ts'

t.test('what a worker publishes and takes', { skip: brokersMissing() }, async (t) => {
  const cluster = await openCluster(t, startRedis)
  const host = await cluster.host(t, 'h1')
  const log = async (): Promise<string> => (await host.exp('worker', 'logs')).stdout
  const away = `${cluster.remote}-away`

  await t.test('a remote that is away when a run ends gets its result later', async (t) => {
    const { wait, arrivals, open } = gate(cluster.world, 'away')
    const job = await cluster.submit('away', wait)
    await until('it runs', () => arrivals().length === 1)
    renameSync(cluster.remote, away)
    open()
    await until('it was tried', async () => /publish .*problem/.test(await log()))
    renameSync(away, cluster.remote)
    t.match((await cluster.ended(job)).state, { outcome: { state: 'succeeded', attempt: 1 } })
  })

  await t.test('what could not be published waits for the worker’s next start', async (t) => {
    const { wait, arrivals, open } = gate(cluster.world, 'outbox')
    const job = await cluster.submit('outbox', wait)
    await until('it runs', () => arrivals().length === 1)
    renameSync(cluster.remote, away)
    open()
    await until('it was tried', async () =>
      new RegExp(`publish exp="${job.id}" problem`).test(await log()),
    )
    const main = host.main()
    process.kill(main, 'SIGKILL')
    await until('a new one was started', () => host.main() !== main && isAlive(host.main()))
    renameSync(away, cluster.remote)
    t.match((await cluster.ended(job)).state, { outcome: { state: 'succeeded', attempt: 1 } })
    t.equal(arrivals().length, 1)
  })

  await t.test('a message that comes again finds its job done', async (t) => {
    const job = await cluster.submit('twice', 'echo once')
    const { oids } = await cluster.ended(job)
    await cluster.send(job)
    await until('it was looked at', async () =>
      (await log()).includes(`already-done exp="${job.id}"`),
    )
    t.strictSame((await cluster.look(job)).oids, oids)
  })

  await t.test(
    'a cancelled run ends with all its children; a queued one never starts',
    async (t) => {
      const { program, wait, arrivals } = gate(cluster.world, 'cancel')
      const job = await cluster.submit('cancel', `echo half >made; ${program} & ${wait}`)
      await until('both run', () => arrivals().length === 2)
      const queued = await cluster.submit('never', 'echo no')
      await cluster.cancel(queued)
      await cluster.cancel(job)
      const reason = { code: 'user', text: 'stopped by a tester' }
      t.match((await cluster.ended(job)).state, {
        outcome: { state: 'stopped', attempt: 1, reason },
      })
      t.strictSame(arrivals().filter(isAlive), [])
      t.match(await cluster.refs('refs/git-exp/failures'), [/\/cancel\.1$/])
      const never = (await cluster.ended(queued)).state
      t.match(never, { outcome: { state: 'stopped', attempt: 0, started: null } })
    },
  )

  await t.test('a bad message runs nothing, and its job is still there', async (t) => {
    const job = await cluster.submit('victim', 'echo ran', { queue: 'exp.gpu' })
    const forged = { ...job, queue: 'exp.default' }
    const broker = await openBroker(cluster.broker.url)
    const { id, name, snapshot, baseline } = job
    const facts = { exp: id, name, snapshot, baseline, remote: cluster.url, timeout: null }
    const options = { id, queue: 'exp.default', priority: 0 }
    const wrongKey = jobMessage(facts, { ...options, key: Buffer.from('x'.repeat(64)) })
    const newer = { ...wrongKey, id: `${id}-2`, body: wrongKey.body.replace('"v":1', '"v":2') }
    await broker.publish('exp.default', [wrongKey, newer])
    await broker.close()
    await cluster.send(forged, { remote: `file://${cluster.world.folder}/other.git` })
    for (const words of [/is not signed/, /is of version 2/, /may not use the remote/]) {
      await until(`it is said: ${words}`, async () => words.test(await log()))
    }
    await until('one went round and was dropped', async () =>
      /no worker takes it/.test(await log()),
    )
    t.match((await cluster.look(job)).state, { is: 'queued' })
    t.notMatch(await log(), /takes no more/)
    t.match((await cluster.ended(await cluster.submit('good', 'true'))).state, {
      outcome: { state: 'succeeded' },
    })
  })

  await t.test('a snapshot that is another experiment’s is refused, with the reason', async (t) => {
    const owner = await cluster.submit('owner', 'true', { queue: 'exp.gpu' })
    const thief = { ...owner, id: uuid7(Date.now()), queue: 'exp.default' }
    await cluster.repo.git(
      'push',
      '-q',
      'origin',
      `${owner.snapshot}:${jobRef(thief.id, 'snapshot')}`,
    )
    await cluster.send(thief)
    const { state, oids } = await cluster.ended(thief)
    const reason = { text: 'the snapshot is another experiment’s than its message says' }
    t.match(state, { outcome: { state: 'refused', attempt: 1, reason, worker: host.node } })
    t.match(oids, { claim: null, snapshot: null })
  })

  const noLfs = spawnSync('git', ['lfs', 'version']).status !== 0 && 'no git-lfs here'
  await t.test('content that Git LFS has comes along, both ways', { skip: noLfs }, async (t) => {
    const { repo, world, remote } = cluster
    for (const one of [world, host.world]) await one.run('git', ['lfs', 'install'])
    repo.write('.gitattributes', '*.bin filter=lfs diff=lfs merge=lfs -text\n')
    repo.write('in.bin', 'content of the input\n')
    await repo.git('add', '.')
    await repo.git('commit', '--quiet', '--message', 'Large')
    await repo.git('lfs', 'push', 'origin', 'main')
    const job = await cluster.submit('lfs', 'cat in.bin; tr a-z A-Z <in.bin >out.bin')
    const { oids } = await cluster.ended(job)
    const show = (what: string) => world.run('git', ['-C', remote, 'show', what])
    t.match((await show(`${oids.log}:log`)).stdout, /^content of the input$/m)
    const [ref = ''] = (await cluster.refs('refs/exps')).filter((one) => one.endsWith('/lfs'))
    const pointer = (await show(`${ref}:out.bin`)).stdout
    const oid = /sha256:([0-9a-f]+)/.exec(pointer)?.[1] ?? 'none'
    const stored = join(remote, 'lfs', 'objects', oid.slice(0, 2), oid.slice(2, 4), oid)
    t.equal(readFileSync(stored, 'utf8'), 'CONTENT OF THE INPUT\n')
  })
})
