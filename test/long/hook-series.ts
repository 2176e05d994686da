import t from 'tap'
import { gate } from '../fixture/gate.ts'
import { sandbox, type TestRepository } from '../fixture/sandbox.ts'

/** A repository where commits queue themselves and none of what is queued ends, and short names. */
const world = sandbox(t)
const { wait, reached, open } = gate(world)
const files = { 'exp.yaml': `cmd: '${wait}'\n`, 'a.txt': '' }

const make = async (name: string): Promise<TestRepository> => {
  const repo = await world.repository(files, name)
  const { exitCode, stderr } = await repo.exp('hooks', 'install')
  if (exitCode !== 0) throw new Error(stderr)
  await repo.git('config', 'exp.autoqueue', 'true')
  return repo
}

const commit = async (repo: TestRepository, ...subjects: string[]): Promise<void> => {
  for (const subject of subjects) {
    repo.write(subject, subject)
    await repo.git('add', '--all')
    await repo.git('commit', '--quiet', '--message', subject)
  }
}

/** The subjects of the commits that were queued, oldest first, with the branch where one is asked. */
const queued = async (repo: TestRepository, state?: string): Promise<string[]> => {
  const shown = (await repo.shown()).filter((one) => state === undefined || one.state === state)
  const subjects = shown.map(
    async ({ baseline, branch }) =>
      `${branch}: ${await repo.git('log', '-1', '--format=%s', baseline)}`,
  )
  return (await Promise.all(subjects)).reverse()
}

/** Waits for whatever is in the spool: a verb's answer comes after all that came before it. */
const takenIn = async (repo: TestRepository): Promise<void> => {
  await repo.exp('hooks', 'install')
}

t.test(
  'of a series only the end queues itself: a rebase’s last, a pick’s last, a merge',
  async (t) => {
    const repo = await make('series')
    await repo.git('config', 'exp.onRewrite', 'keep')
    const off = ['-c', 'exp.autoqueue=false']
    for (const branch of ['merge', 'apply', 'exec', 'picked']) {
      await repo.git('checkout', '--quiet', '-B', branch, 'main')
      for (const name of ['x', 'y']) {
        repo.write(`${branch}-${name}`, 'x\n')
        await repo.git('add', '--all')
        await repo.git(...off, 'commit', '--quiet', '--message', `${branch} ${name}`)
      }
    }
    await repo.git('checkout', '--quiet', 'main')
    await repo.git(...off, 'commit', '--quiet', '--allow-empty', '--message', 'Onward')
    t.strictSame(await queued(repo), [])
    await repo.git('rebase', '--quiet', 'main', 'merge')
    await repo.git('rebase', '--quiet', '--apply', 'main', 'apply')
    const exec = 'git commit --amend --allow-empty --message amended'
    await repo.git('rebase', '--quiet', '--exec', exec, 'main', 'exec')
    await repo.git('checkout', '--quiet', '-b', 'picks', 'main')
    await repo.git('cherry-pick', 'main..picked')
    await repo.git('cherry-pick', 'apply')
    await repo.git('revert', '--no-edit', 'HEAD')
    await repo.git('checkout', '--quiet', '-B', 'merges', 'main')
    await repo.git('merge', '--quiet', '--squash', 'exec')
    await repo.git('reset', '--quiet', '--hard')
    await repo.git('merge', '--quiet', 'exec')
    await repo.git('merge', '--quiet', '--message', 'Merged', 'apply')
    await takenIn(repo)
    t.strictSame(await queued(repo), [
      'merge: merge y',
      'apply: apply y',
      'exec: amended',
      'picks: picked y',
      'picks: apply y',
      'picks: Revert "apply y"',
      'merges: Merged',
    ])
  },
)

t.test('a conflict on the way queues nothing until it is the last', async (t) => {
  const repo = await make('conflict')
  const off = ['-c', 'exp.autoqueue=false']
  const write = async (subject: string, text: string): Promise<void> => {
    repo.write('a.txt', text)
    await repo.git(...off, 'commit', '--quiet', '--all', '--message', subject)
  }
  await repo.git('checkout', '--quiet', '-b', 'topic')
  await write('one', '1\n')
  await write('two', '2\n')
  await repo.git('checkout', '--quiet', 'main')
  await write('other', 'other\n')
  const conflicts = async (...args: string[]): Promise<void> => {
    t.not((await world.run('git', args, { cwd: repo.path })).exitCode, 0)
  }
  await conflicts('cherry-pick', 'main..topic')
  repo.write('a.txt', 'other 1\n')
  await repo.git('commit', '--quiet', '--all', '--message', 'one, resolved')
  await conflicts('cherry-pick', '--continue')
  t.strictSame(await queued(repo), [])
  repo.write('a.txt', 'other 2\n')
  await repo.git('commit', '--quiet', '--all', '--message', 'two, resolved')
  await repo.git('reset', '--quiet', '--hard', 'main~2')
  await conflicts('merge', 'topic')
  repo.write('a.txt', 'merged\n')
  await repo.git('commit', '--quiet', '--all', '--message', 'Merged')
  await conflicts('rebase', 'main~1', 'topic')
  repo.write('a.txt', 'rebased\n')
  await repo.git('add', 'a.txt')
  await repo.git('commit', '--quiet', '--message', 'one, rebased')
  await conflicts('rebase', '--continue')
  repo.write('a.txt', 'rebased again\n')
  await repo.git('add', 'a.txt')
  await repo.git('-c', 'core.editor=true', 'rebase', '--continue')
  await takenIn(repo)
  t.strictSame(await queued(repo), ['main: two, resolved', 'main: Merged', 'topic: two'])
})

t.test('what waits for a replaced commit is skipped, kept or queued anew', async (t) => {
  const repo = await make('rewrite')
  await commit(repo, 'running')
  await reached()
  await commit(repo, 'one', 'two')
  await repo.exp('add', '--name', 'mine', '--', 'true')
  await repo.git('commit', '--quiet', '--amend', '--message', 'two again')
  await takenIn(repo)
  t.strictSame(await queued(repo, 'skipped'), ['main: two'])
  const [skipped] = (await repo.shown()).filter(({ state }) => state === 'skipped')
  const head = await repo.git('rev-parse', 'HEAD')
  t.match(skipped, { reason: { code: 'superseded' }, attempt: 0, rewritten: head })
  t.ok((await queued(repo, 'queued')).includes('main: two again'), 'what took its place waits')
  t.match(
    await repo.shown(),
    [{}, { name: 'mine', state: 'queued' }],
    'who queued it himself keeps it',
  )

  await repo.git('config', 'exp.onRewrite', 'requeue')
  await repo.git(
    'rebase',
    '--quiet',
    '--force-rebase',
    'HEAD~2',
    '--exec',
    'git commit --quiet --amend --no-edit --date=2026-02-03T04:05:06Z',
  )
  await takenIn(repo)
  await takenIn(repo)
  const waiting = (await repo.shown()).filter(({ state }) => state === 'queued')
  const tips = [await repo.git('rev-parse', 'HEAD'), await repo.git('rev-parse', 'HEAD~1')]
  for (const tip of tips)
    t.ok(
      waiting.some(({ baseline }) => baseline === tip),
      tip,
    )
  t.equal((await queued(repo, 'skipped')).length, 3)

  await repo.git('config', 'exp.onRewrite', 'keep')
  await repo.git('commit', '--quiet', '--amend', '--message', 'two at last')
  await takenIn(repo)
  t.equal((await queued(repo, 'skipped')).length, 3)
  open()
  const { exitCode } = await repo.exp('wait')
  t.equal(exitCode, 0)
  // What has ended is found under what its commit became, also by a database that is built anew.
  for (const _ of ['before', 'after']) {
    const [found] = JSON.parse((await repo.exp('show', '--json', 'HEAD:mine')).stdout)
    t.match(found, { name: 'mine', rewritten: await repo.git('rev-parse', 'HEAD') })
    await repo.exp('daemon', 'stop')
    await repo.exp('doctor', '--rebuild')
  }
})
