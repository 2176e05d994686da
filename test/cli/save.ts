import t from 'tap'
import { sandbox } from '../fixture/sandbox.ts'

t.test('save records the workspace as it is, and no run', async (t) => {
  const repo = await sandbox(t).repository({
    'params.yaml': 'lr: 1\n',
    'exp.yaml': 'cmd: python train.py\nmetrics: ["m*.json"]\noutputs: [model.bin, big.bin]\n',
    '.gitignore': 'metrics.json\n*.bin\n*.log\n',
    'staged.txt': 'one\n',
  })
  repo.write('params.yaml', 'lr: 2\n')
  repo.write('metrics.json', '{"acc": 0.5}\n')
  repo.write('model.bin', 'weights\n')
  repo.write('big.bin', Buffer.alloc(6 * 1024 * 1024))
  repo.write('x.log', 'noise\n')
  repo.write('new.txt', 'untracked\n')
  repo.write('staged.txt', 'two\n')
  await repo.git('add', 'staged.txt')
  repo.write('staged.txt', 'three\n')
  const before = await repo.git('status', '--porcelain', '--ignored')
  const head = await repo.git('rev-parse', 'HEAD')

  const saved = await repo.exp('save', '-n', 'by-hand')
  t.match(saved, { exitCode: 0, stdout: 'by-hand\n', stderr: /left out big\.bin: .*exp\.maxBlob/ })
  t.equal(await repo.git('status', '--porcelain', '--ignored'), before)
  const [one] = await repo.shown()
  t.match(one, {
    ...{ number: 1, name: 'by-hand', state: 'succeeded', attempt: 0, attempts: [], log: null },
    ...{ exit_code: null, started: null, duration: null, command: 'python train.py' },
    params: { 'params.yaml': { lr: 2 } },
    metrics: { 'metrics.json': { acc: 0.5 } },
  })
  t.equal(await repo.git('rev-parse', `${one?.result}^`), head)
  t.equal(
    await repo.git('for-each-ref', '--format=%(objectname)', 'refs/exps'),
    one?.result,
    'its result is where DVC looks for it',
  )
  t.strictSame((await repo.git('ls-tree', '-r', '--name-only', `${one?.result}`)).split('\n'), [
    ...[
      '.gitignore',
      'exp.yaml',
      'metrics.json',
      'model.bin',
      'new.txt',
      'params.yaml',
      'staged.txt',
    ],
  ])
  t.equal(await repo.git('show', `${one?.result}:staged.txt`), 'three')
  t.equal(await repo.git('show', `${one?.snapshot}^2:staged.txt`), 'two')

  const clash = await repo.exp('save', '-n', 'by-hand')
  t.match(clash, { exitCode: 1, stderr: /“by-hand” under this commit already/ })
  t.match((await repo.exp('retry', '--again', 'by-hand')).stderr, /add --from by-hand/)
  t.match((await repo.exp('save', 'word')).exitCode, 129)
  t.equal((await repo.exp('wait', 'by-hand')).exitCode, 0)

  await repo.exp('daemon', 'stop')
  await repo.exp('doctor', '--rebuild')
  t.strictSame((await repo.shown())[0], one, 'a lost database has it again')
  await repo.exp('rm', 'by-hand')
  t.equal(await repo.git('for-each-ref', 'refs/exps', 'refs/git-exp'), '')
})
