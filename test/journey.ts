import t from 'tap'
import { sandbox } from './fixture/sandbox.ts'

const TRAIN = `#!/bin/sh
lr=$(sed -n 's/^lr: *\\([0-9.]*\\).*/\\1/p' params.yaml)
echo "training with $lr"
echo "{\\"score\\": $lr}" > metrics.json
`

t.test('what runs is what was there when it was queued, and its result can be read', async (t) => {
  const box = sandbox(t)
  await box.config('exp.jobs', '2')
  const repo = await box.repository({ 'params.yaml': 'lr: 0.1 # the rate\n', 'train.sh': TRAIN })
  repo.write('untracked.txt', 'one\n')
  const added = await repo.exp('add', '-S', 'lr=0.5,0.25', '-n', 'sweep', '--', 'sh', 'train.sh')
  t.equal(added.exitCode, 0, added.stderr)
  t.equal(added.stdout, 'sweep-1\nsweep-2\n')
  repo.write('train.sh', 'exit 1\n')
  t.equal((await repo.exp('wait')).exitCode, 0)

  const [second, first] = await repo.shown()
  t.strictSame(first?.metrics, { 'metrics.json': { score: 0.5 } })
  t.strictSame(second?.params, { 'params.yaml': { lr: 0.25 } })
  t.match(first, { number: 1, name: 'sweep-1', state: 'succeeded', exit_code: 0, attempt: 1 })
  t.match((await repo.exp('log', 'sweep-2')).stdout, /^training with 0\.25$/m)
  t.match((await repo.exp('show')).stdout, /sweep-1 .* 0\.5/)

  t.equal(await repo.git('show', `${first?.result}:params.yaml`), 'lr: 0.5 # the rate')
  t.equal(await repo.git('show', `${first?.result}:untracked.txt`), 'one')
  t.equal(await repo.git('rev-parse', `${first?.result}^`), await repo.git('rev-parse', 'HEAD'))
  t.equal(repo.read('params.yaml'), 'lr: 0.1 # the rate\n', 'the workspace was not touched')
  t.equal(await repo.git('stash', 'list'), '')
})

t.test('run follows the log and exits as the command did', async (t) => {
  const box = sandbox(t)
  const repo = await box.repository({ a: '1' })
  const ran = await repo.exp('run', '-n', 'seven', '--', 'sh', '-c', 'echo out; exit 7')
  t.equal(ran.exitCode, 7)
  t.match(ran.stdout, /^out$/m)
  t.match(ran.stderr, /seven failed: exited with 7/)
  t.match((await repo.exp()).stdout, /1 failed/)
})

t.test('a command from exp.yaml runs where add was typed, in a linked worktree too', async (t) => {
  const box = sandbox(t)
  const repo = await box.repository({ 'exp.yaml': 'cmd: pwd\n', 'sub/dir/file': 'x' })
  await repo.git('worktree', 'add', '--quiet', '-b', 'other', '../linked')
  for (const cwd of [`${repo.path}/sub/dir`, `${box.folder}/linked/sub/dir`]) {
    const ran = await box.exp(['run'], { cwd })
    t.equal(ran.exitCode, 0, ran.stderr)
    t.match(ran.stdout, /^\/.*\/work\/[a-z]+\/sub\/dir$/m)
  }
  const [linked, main] = await repo.shown()
  t.equal(linked?.branch, 'other')
  t.equal(main?.branch, 'main')
})
