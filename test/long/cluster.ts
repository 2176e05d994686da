import { renameSync, writeFileSync } from 'node:fs'
import t from 'tap'
import {
  type Sandbox,
  type ShownExperiment,
  sandbox,
  type TestRepository,
} from '../fixture/sandbox.ts'
import { standInWorker } from '../fixture/stand-in-worker.ts'
import { until } from '../fixture/until.ts'

// Without a broker: the remote alone carries all that counts, and a stand-in plays the worker.

/** A repository with a remote, set up for a cluster whose broker is away. */
const clustered = async (box: Sandbox): Promise<{ repo: TestRepository; origin: string }> => {
  const repo = await box.repository({ 'params.yaml': 'lr: 0.1\n' })
  const origin = `${box.folder}/origin.git`
  await box.run('git', ['init', '--quiet', '--bare', origin])
  await repo.git('remote', 'add', 'origin', origin)
  await repo.git('push', '--quiet', 'origin', 'main')
  const key = `${box.folder}/key`
  await box.run('sh', ['-c', `umask 077; printf %064d 7 >${key}`])
  await box.config('exp.broker', 'amqp://ann:s3cret@127.0.0.1:1')
  await box.config('exp.clusterKey', key)
  return { repo, origin }
}

const ended = (repo: TestRepository, name: string) =>
  until(`${name} has ended`, async () => {
    // Asks for news, as a person would.
    const one = (await repo.shown()).find((own) => own.name === name)
    return one?.ended === null ? null : one
  })

t.test('what a worker publishes is here, from the claim to the result', async (t) => {
  const box = sandbox(t)
  const { repo, origin } = await clustered(box)
  const added = await repo.exp('add', '--celery', '-S', 'lr=1,2', '-n', 's', '--', 'true')
  t.equal(added.exitCode, 0, added.stderr)
  const worker = await standInWorker(box, origin, 'h1')
  const [second, first] = await repo.shown()
  const id = first?.id ?? ''
  await worker.claims(id)
  const running = await until('it runs', async () => {
    const { stdout } = await repo.exp('status')
    return /s-1 .*running .* on h1/.test(stdout) ? stdout : null
  })
  t.match(running, /s-2 .*waits for the broker at amqp:\/\/127\.0\.0\.1:1: connection refused/)
  t.notMatch(running, 's3cret')
  t.strictSame(
    await worker.publishes(id, { state: 'succeeded', metrics: { acc: 0.9 }, log: 'out\n' }),
    {
      is: 'done',
    },
  )
  const one = await ended(repo, 's-1')
  t.match(one, {
    state: 'succeeded',
    exit_code: 0,
    attempt: 1,
    host: 'h1',
    worker: 'gpu0@h1',
    metrics: { 'metrics.json': { acc: 0.9 } },
  })
  t.equal((await repo.exp('log', 's-1')).stdout, 'out\n')
  t.equal(
    await repo.git(
      'rev-parse',
      `refs/exps/${one.baseline.slice(0, 2)}/${one.baseline.slice(2)}/s-1`,
    ),
    one.result,
  )

  await t.test('a queued one is stopped without any worker', async (t) => {
    t.equal((await repo.exp('hold', 's-2')).exitCode, 1, 'a cluster cannot hold')
    t.equal((await repo.exp('rm', '-y', 's-2')).exitCode, 1)
    t.equal((await repo.exp('stop', 's-2')).exitCode, 0)
    t.match(await ended(repo, 's-2'), { state: 'stopped', reason: { code: 'user' }, attempt: 0 })
    t.match(await worker.read(second?.id ?? ''), {
      state: { is: 'ended' },
      cancel: { by: /git exp stop of/ },
    })
  })

  await t.test('it is submitted again by retry, and its attempts go on', async (t) => {
    t.equal((await repo.exp('retry', 's-2')).exitCode, 0)
    await worker.claims(second?.id ?? '')
    await worker.publishes(second?.id ?? '', { state: 'failed' })
    const failed = await ended(repo, 's-2')
    t.match(failed, { state: 'failed', attempt: 1, reason: { text: 'exited with 3' } })
    t.equal((await repo.exp('retry', 's-2')).exitCode, 0)
    await worker.claims(second?.id ?? '')
    await worker.publishes(second?.id ?? '', { state: 'succeeded' })
    t.match(await ended(repo, 's-2'), {
      state: 'succeeded',
      attempt: 2,
      attempts: [{ state: 'failed' }, {}],
    })
    t.match((await repo.exp('retry', '--again', 's-2')).stderr, /add --celery --from s-2/)
  })

  await t.test('retries submit it again by themselves', async (t) => {
    await repo.exp('add', '--celery', '-n', 'again', '--retries', '1', '--', 'true')
    const again = (await repo.shown()).find(({ name }) => name === 'again')?.id ?? ''
    await worker.claims(again)
    await worker.publishes(again, { state: 'failed' })
    await until('its first end is known', async () => {
      const one = (await repo.shown()).find(({ name }) => name === 'again')
      return one?.attempts[0]?.state === 'failed'
    })
    await worker.claims(again)
    await worker.publishes(again, { state: 'succeeded' })
    t.match(await ended(repo, 'again'), { state: 'succeeded', attempt: 2 })
    t.equal(await repo.git('for-each-ref', 'refs/git-exp/seen/*.ended'), '')
  })

  await t.test('a name that the remote has is told at add', async (t) => {
    const path = `${box.folder}/clone`
    await box.run('git', ['clone', '--quiet', origin, path])
    const taken = await box.exp(['add', '--celery', '-n', 's-1', '--', 'true'], { cwd: path })
    t.match(taken, { exitCode: 1, stderr: /“s-1”/ })
    const free = await box.exp(['add', '--celery', '-S', 'lr=3', '--json', '--', 'true'], {
      cwd: path,
    })
    t.equal(free.exitCode, 0, free.stderr)
  })

  await t.test('any clone follows what others have queued, and can stop it', async (t) => {
    const path = `${box.folder}/clone`
    const env = { GIT_EXP_HOME: `${box.folder}/other-state` }
    const exp = (...args: string[]) => box.exp(args, { cwd: path, env })
    t.teardown(async () => {
      await exp('daemon', 'stop', '--kill')
    })
    await repo.exp('add', '--celery', '-n', 'far', '--', 'true')
    const far = (await repo.shown()).find(({ name }) => name === 'far')?.id ?? ''
    await worker.claims(far)
    const pulled = await exp('pull', 'origin', '--jobs')
    t.match(pulled, { exitCode: 0, stderr: /of the cluster: 5 new/ }, pulled.stderr)
    const there = async (name: string) => {
      const all = JSON.parse((await exp('show', '--json')).stdout) as ShownExperiment[]
      return all.find((one) => one.name === name)
    }
    await until('it is seen there', async () => (await there('far'))?.host === 'h1')
    await until('ended ones are too', async () => (await there('s-1'))?.state === 'succeeded')
    t.equal((await exp('log', 's-1')).stdout, 'out\n')
    t.match(await exp('priority', '5', 'far'), { exitCode: 1, stderr: /queued elsewhere/ })
    t.match(await there('s-2'), { state: 'succeeded', attempt: 2 })
    t.equal((await exp('stop', 'far')).exitCode, 0)
    await until('the worker is told', async () => (await worker.read(far))?.cancel !== null)
    await worker.publishes(far, { state: 'failed' })
    await until('it ended there', async () => (await there('far'))?.state === 'failed')
    t.match(await ended(repo, 'far'), { state: 'failed', host: 'h1' })
  })
})

t.test(
  'what is on a remote stays there when another is named, and a rebuild finds it',
  async (t) => {
    const box = sandbox(t)
    const { repo, origin } = await clustered(box)
    const other = `${box.folder}/other.git`
    await box.run('git', ['clone', '--quiet', '--bare', origin, other])
    await repo.git('remote', 'add', 'other', other)
    await repo.exp('add', '--celery', '-n', 'a', '--', 'true')
    const worker = await standInWorker(box, origin, 'h1')
    const id = (await repo.shown())[0]?.id ?? ''
    await worker.claims(id)
    await repo.git('config', 'exp.remote', 'other')
    await until('it is said', async () => /it is on .*origin\.git/.test((await repo.exp()).stdout))
    await repo.git('config', '--unset', 'exp.remote')
    t.equal((await repo.exp('doctor', '--rebuild')).exitCode, 1, 'the broker is away')
    await until('it is found', async () => (await repo.shown())[0]?.host === 'h1')
    await worker.publishes(id, { state: 'succeeded' })
    t.match(await ended(repo, 'a'), { state: 'succeeded', number: 1, attempt: 1 })
  },
)

t.test('a remote that is away, or has the name, loses nothing', async (t) => {
  const box = sandbox(t)
  const { repo, origin } = await clustered(box)
  renameSync(origin, `${origin}.away`)
  const added = await repo.exp('add', '--celery', '-n', 'a', '--', 'true')
  t.match(added, { exitCode: 0, stderr: /when origin answers/ })
  t.equal((await repo.exp('add', '--celery', '-n', 'b', '--', 'true')).exitCode, 0)
  await until('it is said', async () =>
    /waits for the remote origin/.test((await repo.exp()).stdout),
  )
  t.equal((await repo.exp('add', '--celery', '-n', 'large', '--', 'true')).exitCode, 0)
  const hook = `${origin}.away/hooks/update`
  writeFileSync(hook, '#!/bin/sh\ncase $1 in */large) exit 1;; esac\n', { mode: 0o755 })
  const baseline = await repo.git('rev-parse', 'HEAD')
  const name = `refs/git-exp/snapshots/${baseline.slice(0, 2)}/${baseline.slice(2)}/a`
  await box.run('git', ['--git-dir', `${origin}.away`, 'update-ref', name, 'main'])
  renameSync(`${origin}.away`, origin)
  t.match(await ended(repo, 'a'), {
    state: 'refused',
    reason: { code: 'name-taken', text: /has another experiment “a”/ },
  })
  t.match(await ended(repo, 'large'), {
    state: 'refused',
    reason: { code: 'remote', text: /it refused/ },
  })
  await until('the other is there', async () =>
    /jobs\/.*\/snapshot/.test(await repo.git('ls-remote', 'origin')),
  )
  t.equal((await repo.exp('stop', 'b')).exitCode, 0)
  t.match(await ended(repo, 'b'), { state: 'stopped' })
})
