import t from 'tap'
import { dvcProject, noDvc, noDvclive, python } from '../../fixture/dvc.ts'

t.test('our verbs take what DVC made', { skip: noDvc }, async (t) => {
  const repo = await dvcProject(t)
  await repo.dvc('exp', 'run', '--temp', '-S', 'lr=0.2', '-n', 'theirs')
  await repo.dvc('exp', 'run', '--temp', '-S', 'lr=0.3', '-n', 'other')
  // DVC's queue is in nobody's way.
  await repo.dvc('exp', 'run', '--queue', '-S', 'lr=0.4', '-n', 'waits')
  await repo.exp('add', '-S', 'lr=0.5', '-n', 'ours')
  t.equal((await repo.exp('wait')).exitCode, 0, (await repo.exp('log', 'ours')).stdout)

  const shown = await repo.shown()
  t.strictSame(shown.map(({ name }) => name).toSorted(), ['other', 'ours', 'theirs'])
  t.match(
    shown.find(({ name }) => name === 'theirs'),
    {
      id: null,
      state: 'succeeded',
      command: null,
      params: { 'params.yaml': { lr: 0.2 } },
      metrics: { 'metrics.json': { acc: 0.2 } },
    },
  )
  const diff = await repo.exp('diff', 'theirs', 'ours')
  t.match(diff.stdout, /lr +0\.2 +0\.5/)
  t.match(diff.stdout, /^\+lr: 0\.5$/m)
  t.match((await repo.exp('best', 'acc:max')).stdout, /ours/)

  t.equal((await repo.exp('apply', 'theirs')).exitCode, 0)
  t.equal(repo.read('metrics.json'), '{"acc": 0.2}\n')
  t.equal((await repo.exp('undo')).exitCode, 0)
  t.equal(repo.read('params.yaml'), 'lr: 0.1\n')
  t.equal((await repo.exp('branch', 'theirs', 'b')).exitCode, 0)
  t.equal((await repo.exp('rename', 'theirs', 'mine')).exitCode, 0)
  t.match(await repo.dvc('exp', 'list', '--name-only'), /^mine$/m)
  t.match((await repo.exp('stop', 'mine')).stderr, /came from elsewhere/)
  t.equal((await repo.exp('rm', 'mine', 'ours')).exitCode, 0)
  t.equal((await repo.dvc('exp', 'list', '--name-only')).trim(), 'other')
  t.equal((await repo.exp('import', 'dvc-queue')).stdout, 'waits\n')
  t.equal((await repo.exp('wait', 'waits')).exitCode, 0, (await repo.exp('log', 'waits')).stdout)
  t.match((await repo.shown())[0], { name: 'waits', metrics: { 'metrics.json': { acc: 0.4 } } })
  t.match((await repo.exp('import', 'dvc-queue')).stderr, /taken, and were left: waits/)
  t.match(await repo.dvc('queue', 'status'), /waits +/, 'DVC has it still')
})

t.test('DVCLive logs from inside a run', { skip: noDvclive }, async (t) => {
  const repo = await dvcProject(t)
  repo.write('live.py', LIVE)
  await repo.exp('add', '-n', 'live', '--', python, 'live.py')
  t.equal((await repo.exp('wait', 'live')).exitCode, 0, (await repo.exp('log', 'live')).stdout)
  const shown = (await repo.shown())[0]
  const tree = await repo.git('ls-tree', '-r', '--name-only', shown?.result ?? '')
  t.match(tree ?? '', /dvclive\/metrics\.json\n.*dvclive\/plots\/metrics\/loss\.tsv/s)
  t.match(shown?.metrics, { 'dvclive/metrics.json': { loss: 0.5, step: 1 } })
})

const LIVE = `from dvclive import Live
with Live() as live:
    for loss in (1.0, 0.5):
        live.log_metric("loss", loss)
        live.next_step()
`
