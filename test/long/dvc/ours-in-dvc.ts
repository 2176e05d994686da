import { existsSync } from 'node:fs'
import t from 'tap'
import { dvcProject, noDvc } from '../../fixture/dvc.ts'

t.test('DVC takes our results in each of its verbs', { skip: noDvc }, async (t) => {
  const repo = await dvcProject(t)
  await repo.exp('add', '-S', 'lr=0.2', '-n', 'two')
  await repo.exp('add', '-S', 'lr=0.3', '-n', 'three')
  t.equal((await repo.exp('wait')).exitCode, 0, (await repo.exp('log', 'two')).stdout)
  await repo.exp('add', '-n', 'bad', '--', 'false')
  await repo.exp('wait', 'bad')
  await repo.exp('add', '-n', 'slow', '--', 'sleep', '600')
  await repo.exp('add', '-n', 'later', '--', 'true')
  await repo.exp('hold', 'later')

  t.strictSame(
    (await repo.git('status', '--short')).split('\n'),
    [''],
    'the workspace is untouched',
  )
  const tree = await repo.git('ls-tree', '-r', '--name-only', await result(repo, 'two'))
  t.match(tree, /dvc\.lock\n.*metrics\.json/s)
  t.notMatch(tree, /model\.bin|data\.txt$|config\.local/m, 'what DVC caches stays out')
  const [two] = (await repo.shown()).filter(({ name }) => name === 'two')
  t.match(two, {
    params: { 'params.yaml': { lr: 0.2 } },
    metrics: { 'metrics.json': { acc: 0.2 } },
  })
  t.strictSame(two?.kept, [], 'and out of the store')

  // One failed, one runs, one is held: DVC sees none of it.
  t.strictSame((await repo.dvc('exp', 'list', '--name-only')).trim().split('\n').toSorted(), [
    'three',
    'two',
  ])
  const shown = JSON.parse(await repo.dvc('exp', 'show', '--json')) as Shown
  const experiments = shown.flatMap(({ experiments: all }) => all ?? [])
  t.match(
    new Map(experiments.map(({ name, revs }) => [name, revs[0]?.data])).get('two'),
    {
      params: { 'params.yaml': { data: { lr: 0.2 } } },
      metrics: { 'metrics.json': { data: { acc: 0.2 } } },
    },
    'parameters and metrics are the same',
  )
  const diff = JSON.parse(await repo.dvc('exp', 'diff', '--json', 'two', 'three')) as Diff
  t.equal(diff.metrics['metrics.json']?.acc?.new, 0.3)

  await repo.exp('stop', 'slow')
  await repo.dvc('exp', 'apply', 'two')
  t.equal(repo.read('params.yaml'), 'lr: 0.2\n')
  t.equal(repo.read('model.bin'), 'much data\nlr: 0.2\n', 'the cache has the output of our run')
  await repo.git('stash', '--quiet', '--include-untracked')
  await repo.dvc('exp', 'branch', 'two', 'two-branch')
  t.equal(await repo.git('rev-parse', 'two-branch'), two?.result)

  const origin = `${repo.box.folder}/origin.git`
  await repo.box.run('git', ['init', '--quiet', '--bare', origin])
  await repo.git('remote', 'add', 'origin', origin)
  await repo.git('push', '--quiet', 'origin', 'main')
  await repo.dvc('exp', 'push', '--no-cache', 'origin', 'two')
  t.match((await repo.exp('push', 'origin')).stderr, /^sent: 1, there already: 1\n/)
  t.match(await repo.dvc('exp', 'list', 'origin'), /three/)
  const clone = `${repo.box.folder}/clone`
  await repo.box.run('git', ['clone', '--quiet', origin, clone])
  t.equal((await repo.dvcIn(clone, 'exp', 'pull', '--no-cache', 'origin', 'three')).exitCode, 0)
  t.match((await repo.dvcIn(clone, 'exp', 'list', '--name-only')).stdout, /^three$/m)

  await repo.dvc('exp', 'rename', 'three', 'drei')
  await repo.dvc('exp', 'remove', 'two')
  t.strictSame(
    (await repo.shown()).map(({ number, name }) => [number !== null, name]).slice(-3),
    [
      [true, 'three'],
      [true, 'two'],
      [false, 'drei'],
    ],
    'records stay, and what DVC calls a result we call it too',
  )
  t.equal((await repo.exp('apply', 'drei')).exitCode, 0)
  await repo.exp('rm', 'two')
  t.notOk(existsSync(`${repo.path}/.git/refs/exps/two`))
})

type Shown = {
  experiments: { name: string; revs: { data: Record<string, unknown> }[] }[] | null
}[]
type Diff = { metrics: Record<string, Record<string, { new: number }>> }

const result = async (repo: Parameters<typeof named>[0], name: string): Promise<string> =>
  (await named(repo, name))?.result ?? ''

const named = async (repo: Awaited<ReturnType<typeof dvcProject>>, name: string) =>
  (await repo.shown()).find((one) => one.name === name)
