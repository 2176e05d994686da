import t from 'tap'
import { type Sandbox, sandbox, type TestRepository } from '../fixture/sandbox.ts'

/** A second user: another state folder, a clone of their own. */
const colleague = async (box: Sandbox, origin: string) => {
  const other = { GIT_EXP_HOME: `${box.folder}/other-state` }
  const path = `${box.folder}/clone`
  await box.run('git', ['clone', '--quiet', origin, path])
  const exp = (...args: string[]) => box.exp(args, { cwd: path, env: other })
  return {
    exp,
    git: async (...args: string[]) => (await box.run('git', args, { cwd: path })).stdout.trim(),
    shown: async () =>
      JSON.parse((await exp('show', '--json')).stdout) as Awaited<
        ReturnType<TestRepository['shown']>
      >,
  }
}

t.test('results and snapshots go to a remote and come from it', async (t) => {
  const box = sandbox(t)
  const repo = await box.repository({ 'params.yaml': 'lr: 0.1\n' })
  const origin = `${box.folder}/origin.git`
  await box.run('git', ['init', '--quiet', '--bare', origin])
  await repo.git('remote', 'add', 'origin', origin)
  await repo.git('push', '--quiet', 'origin', 'main')
  repo.write('untracked', 'carried')
  const script =
    'grep -q carried untracked && cp params.yaml metrics.yaml && ! grep 0.3 params.yaml'
  await repo.exp('add', '-S', 'lr=0.2,0.3', '-n', 'sweep', '--', 'sh', '-c', script)
  await repo.exp('wait')
  const other = await colleague(box, origin)
  t.teardown(async () => {
    await other.exp('daemon', 'stop', '--kill')
  })

  t.equal((await repo.exp('push', 'origin', 'sweep-2')).exitCode, 1, 'it has no result')
  t.match((await repo.exp('push', 'origin')).stderr, /^sent: 1, /)
  t.match((await repo.exp('push', 'origin')).stderr, /^sent: 0, there already: 1\n/)
  t.match(await repo.git('ls-remote', 'origin'), /refs\/exps\/..\/.{38}\/sweep-1/)

  t.match((await other.exp('list', 'origin')).stdout, /sweep-1 +result .* no\n/)
  t.match((await other.exp('pull', 'origin')).stderr, /^results: 1 new/)
  const [foreign] = await other.shown()
  t.match(foreign, {
    id: null,
    number: null,
    name: 'sweep-1',
    state: 'succeeded',
    snapshot: null,
    command: null,
    params: { 'params.yaml': { lr: 0.2 } },
    metrics: { 'metrics.yaml': { lr: 0.2 } },
  })
  t.match((await other.exp('retry', 'sweep-1')).stderr, /came from elsewhere/)

  t.match((await repo.exp('push', 'origin', '--snapshots')).stderr, /^sent: 2, there already: 1\n/)
  t.match((await other.exp('pull', 'origin', '--snapshots')).stderr, /snapshots: 2 new/)
  t.match(await other.shown(), [
    { number: 2, name: 'sweep-2', state: 'held' },
    { number: 1, name: 'sweep-1', state: 'succeeded', result: foreign?.result ?? '' },
  ])
  t.equal((await other.exp('retry', '--again', 'sweep-1')).exitCode, 0)
  t.equal((await other.exp('wait', 'sweep-1')).exitCode, 0, 'just what ran elsewhere runs here')
  t.equal(await other.git('for-each-ref', 'refs/git-exp/pulled'), '', 'nothing is left over')

  await t.test('a name that differs there is told, and overwritten only by force', async (t) => {
    const refused = await other.exp('push', 'origin', 'sweep-1')
    t.equal(refused.exitCode, 1)
    t.match(refused.stderr, /sweep-1\n.*--force/s)
    t.equal((await other.exp('push', '--force', 'origin', 'sweep-1')).exitCode, 0)
    const pulled = await repo.exp('pull', 'origin')
    t.equal(pulled.exitCode, 1)
    t.match(pulled.stderr, /left alone: sweep-1\n/)
    t.equal((await repo.exp('pull', '--force', 'origin')).exitCode, 0)
    t.strictSame(
      (await repo.shown()).map(({ number, name }) => [number, name]),
      [
        [2, 'sweep-2'],
        [1, 'sweep-1.1'],
        [null, 'sweep-1'],
      ],
      'who had the name is renamed, and nothing is lost',
    )
  })

  await t.test('what is no remote is refused, and runs nothing', async (t) => {
    for (const remote of ['ext::sh -c touch% pwned', 'nowhere', '', '--upload-pack=touch pwned']) {
      for (const verb of ['push', 'pull', 'list']) {
        const { exitCode, stderr } = await repo.exp(verb, '--json', '--', remote)
        t.not(exitCode, 0, `${verb} ${remote}`)
        t.notMatch(stderr, /\n {4}at /)
      }
    }
    t.equal(await repo.git('status', '--short'), '?? untracked')
  })
})
