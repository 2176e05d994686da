import t from 'tap'
import { publish } from '../../daemon/publish.ts'
import { gate } from '../fixture/gate.ts'
import { runScript } from '../fixture/run-script.ts'
import {
  type Sandbox,
  type ShownExperiment,
  sandbox,
  type TestRepository,
} from '../fixture/sandbox.ts'
import { jobOf } from '../fixture/slots.ts'

const refsBelow = async (repo: TestRepository, prefix: string): Promise<string[]> =>
  (await repo.git('for-each-ref', '--format=%(refname)', prefix)).split('\n').filter(Boolean)

/** The `<2>/<38>` that a ref of ours has for HEAD. */
const baselinePart = async (repo: TestRepository): Promise<string> => {
  const head = await repo.git('rev-parse', 'HEAD')
  return `${head.slice(0, 2)}/${head.slice(2)}`
}

/** What a daemon does that takes over a run which is over, as one died before it recorded that. */
const publishAgain = async (
  { places }: Sandbox,
  repo: TestRepository,
  experiment: ShownExperiment,
) =>
  publish(
    places.scratch,
    jobOf(repo, experiment),
    {
      tree: await repo.git('rev-parse', `${experiment.result}^{tree}`),
      metrics: '{}',
      kept: [],
      notes: [],
    },
    {
      isSuccess: experiment.state === 'succeeded',
      endedAt: Date.parse(`${experiment.ended}`),
      exitCode: experiment.exit_code,
      signal: experiment.signal,
      durationSeconds: experiment.duration,
    },
  )

t.test('a success is a commit on the baseline, under refs/exps', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': 'a\n', 'gone.txt': 'x\n', 'same.txt': 's\n' })
  repo.write('a.txt', 'edited\n')
  repo.write('new.txt', 'untracked\n')
  const { experiment } = await runScript(
    repo,
    'echo run >>a.txt; rm gone.txt; mkdir out; echo b >out/b.txt; chmod +x same.txt; ln -s a.txt link',
    '-n',
    'good',
  )
  const result = `${experiment.result}`
  t.strictSame(await refsBelow(repo, 'refs/exps'), [`refs/exps/${await baselinePart(repo)}/good`])
  t.strictSame(await refsBelow(repo, 'refs/git-exp/failures'), [])
  t.equal(await repo.git('rev-parse', `refs/exps/${await baselinePart(repo)}/good`), result)
  t.equal(await repo.git('show', '-s', '--format=%P', result), await repo.git('rev-parse', 'HEAD'))
  t.equal(
    await repo.git('ls-tree', '-r', '--format=%(objectmode) %(path)', result),
    '100644 a.txt\n120000 link\n100644 new.txt\n100644 out/b.txt\n100755 same.txt',
  )
  t.equal(await repo.git('show', `${result}:a.txt`), 'edited\nrun')
  const ended = Math.floor(Date.parse(`${experiment.ended}`) / 1000)
  t.equal(
    await repo.git('show', '-s', '--format=%ct %at %an <%ae>', result),
    `${ended} ${ended} A Tester <tester@example.org>`,
  )
  const trailer = (key: string) =>
    repo.git('show', '-s', `--format=%(trailers:key=${key},valueonly,separator=%x2C)`, result)
  t.equal(await trailer('Exp-Id'), `"${experiment.id}"`)
  t.equal(await trailer('Exp-Snapshot'), `"${experiment.snapshot}"`)
  t.equal(await trailer('Exp-Exit'), '0')
  t.equal(await trailer('Exp-Files'), '[]')
  t.ok(Number(await trailer('Exp-Duration')) >= 0)
  t.equal(await repo.git('fsck', '--strict', '--no-dangling', '--no-progress'), '')
  t.equal(await repo.git('status', '--porcelain'), ' M a.txt\n?? new.txt')
})

t.test('what a run that did not succeed left is kept apart, by attempt', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': 'a\n' })
  const { experiment } = await runScript(repo, 'echo half >half.txt; kill -KILL $$', '-n', 'bad')
  const ref = `refs/git-exp/failures/${await baselinePart(repo)}/bad.1`
  t.strictSame(await refsBelow(repo, 'refs/git-exp/failures'), [ref])
  t.strictSame(await refsBelow(repo, 'refs/exps'), [])
  t.equal(await repo.git('rev-parse', ref), experiment.result)
  t.equal(await repo.git('show', `${ref}:half.txt`), 'half')
  t.match(await repo.git('show', '-s', '--format=%B', ref), /^Exp-Exit: "SIGKILL"$/m)
  t.match(experiment.log, /\/1\/log$/)
})

t.test('a refused experiment has no result, and its snapshot stays', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': 'a\n' })
  await repo.exp('run', '-n', 'absent', '--', './absent')
  t.strictSame(await refsBelow(repo, 'refs/exps'), [])
  t.strictSame(await refsBelow(repo, 'refs/git-exp/snapshots'), [
    `refs/git-exp/snapshots/${await baselinePart(repo)}/absent`,
  ])
})

t.test('publishing again what a daemon published before it died changes nothing', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': 'a\n' })
  for (const [name, script] of [
    ['good', 'echo b >b.txt'],
    ['bad', 'echo b >b.txt; exit 1'],
  ] as const) {
    const { experiment } = await runScript(repo, script, '-n', name)
    const before = await repo.git('for-each-ref')
    const { result } = experiment
    t.strictSame(await publishAgain(world, repo, experiment), { result, name })
    t.equal(await repo.git('for-each-ref'), before)
  }
})

t.test('a result is as old as the end of its run, whenever it is published', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': 'a\n' })
  const { experiment } = await runScript(repo, 'true', '-n', 'old')
  await repo.git('update-ref', '-d', `refs/exps/${await baselinePart(repo)}/old`)
  const ended = '2001-09-09T01:46:40.999Z'
  const { result } = await publishAgain(world, repo, { ...experiment, ended })
  t.equal(await repo.git('show', '-s', '--format=%at %ct', result), '1000000000 1000000000')
})

t.test(
  'a name that another tool took meanwhile stays theirs, and the result gets the next',
  async (t) => {
    const world = sandbox(t)
    const repo = await world.repository({ 'a.txt': 'a\n' })
    const { wait, reached, open } = gate(world)
    await repo.exp('add', '-n', 'mine', '-c', `${wait}; echo b >b.txt`)
    await reached()
    const head = await repo.git('rev-parse', 'HEAD')
    const part = await baselinePart(repo)
    await repo.git('update-ref', `refs/exps/${part}/mine`, head)
    await repo.git('update-ref', `refs/exps/${part}/MINE-2`, head)
    open()
    await repo.exp('wait')
    const [shown] = (await repo.shown()) as [ShownExperiment]
    t.match(shown, { name: 'mine-3', state: 'succeeded' })
    t.equal(await repo.git('rev-parse', `refs/exps/${part}/mine`), head)
    t.equal(await repo.git('rev-parse', `refs/exps/${part}/mine-3`), shown.result)
    t.strictSame(await refsBelow(repo, 'refs/git-exp/snapshots'), [
      `refs/git-exp/snapshots/${part}/mine-3`,
    ])
    t.match(
      (await repo.exp('log', 'mine-3')).stdout,
      /“mine” was taken meanwhile: this is “mine-3”/,
    )
    // A daemon that died here knows the old name only.
    const before = await repo.git('for-each-ref')
    const again = await publishAgain(world, repo, { ...shown, name: 'mine' })
    t.strictSame(again, { result: shown.result, name: 'mine-3' })
    t.equal(await repo.git('for-each-ref'), before)
  },
)

t.test('a failure whose ref another tool has taken gets one beside it', async (t) => {
  const repo = await sandbox(t).repository({ 'a.txt': 'a\n' })
  const ref = `refs/git-exp/failures/${await baselinePart(repo)}/bad.1`
  await repo.git('update-ref', ref, 'HEAD')
  t.equal((await repo.exp('run', '-n', 'bad', '--', 'sh', '-c', 'exit 4')).exitCode, 4)
  const [experiment] = await repo.shown()
  t.equal(await repo.git('rev-parse', `${ref}-2`), experiment?.result)
  t.equal(await repo.git('rev-parse', ref), await repo.git('rev-parse', 'HEAD'))
})
