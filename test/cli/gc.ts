import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { sandbox } from '../fixture/sandbox.ts'

const train = `head -c 2000000 /dev/zero | tr '\\0' "$1" >model.bin
exit $2
`

t.test('gc says what it would free, frees that and no record', async (t) => {
  const world = sandbox(t)
  const { places } = world
  const repo = await world.repository({
    'run.sh': train,
    '.gitignore': '*.bin\n',
    'exp.yaml': 'outputs: []\n',
  })
  const add = async (name: string, letter: string, code: string, ...more: string[]) => {
    const { exitCode, stderr } = await repo.exp(
      'add',
      '-n',
      name,
      ...more,
      '--',
      'sh',
      'run.sh',
      letter,
      code,
    )
    t.equal(exitCode, 0, stderr)
  }
  await add('good', 'a', '0', '--keep')
  await add('bad', 'b', '3')
  await add('loved', 'c', '0')
  await add('needed', 'd', '0')
  await repo.exp('wait', 'good', 'bad', 'loved', 'needed')
  await add('later', 'e', '0', '--hold', '--after', 'needed')
  await repo.exp('star', 'loved')
  const oid = await world.run('git', ['commit-tree', '-m', 'old', 'HEAD^{tree}'], {
    cwd: repo.path,
    env: { GIT_COMMITTER_DATE: '2001-02-03T04:05:06Z' },
  })
  await repo.git('update-ref', 'refs/git-exp/undo/main/old', oid.stdout.trim())
  const shown = async () => new Map((await repo.shown()).map((one) => [one.name, one]))
  const workplace = (await shown()).get('good')?.workplace ?? ''
  t.ok(existsSync(join(workplace, 'model.bin')))
  t.equal(readdirSync(places.store).length, 4)

  const nothing = await repo.exp('gc')
  t.match(nothing, { exitCode: 0, stdout: '', stderr: /of 0 experiments/ })
  t.match(nothing.stderr, /nothing was freed; --yes does it/)
  const look = await repo.exp('gc', '--all', '--dry-run')
  t.match(look.stdout, /bad +failed: exited with 3 +1\.9 MB +0 kB +1\n/)
  t.match(look.stdout, /good +succeeded in .* +1\.9 MB +1\.9 MB +0\n/)
  t.notMatch(look.stdout, /loved|needed|later/)
  t.match(look.stderr, /and 1 workspaces saved/)
  t.match((await repo.exp('gc', '--state', 'failed', '--older', '1d')).stderr, /of 0 experiments/)
  t.notMatch((await repo.exp('gc', '--keep', '4')).stdout, /good/)
  t.match((await repo.exp('gc', '--larger', '2M')).stdout, /good/)
  t.equal((await repo.exp('gc', '--larger', 'much')).exitCode, 129)
  t.equal(readdirSync(places.store).length, 4, 'until now nothing is gone')

  t.match(await repo.exp('gc', '--all', '--yes'), { exitCode: 0, stderr: /freed\n$/ })
  t.equal(readdirSync(places.store).length, 2)
  t.notOk(existsSync(workplace))
  const refs = await repo.git('for-each-ref', '--format=%(refname)', 'refs/git-exp', 'refs/exps')
  t.notMatch(refs, /undo|failures/)
  t.match(refs, /refs\/exps\/.*good/)
  const after = await shown()
  t.match(after.get('good'), { state: 'succeeded', workplace: null, kept: [{ dropped: true }] })
  t.match(after.get('bad'), { state: 'failed', exit_code: 3 })
  t.match(after.get('loved')?.kept, [{ path: 'model.bin', dropped: undefined }])
  t.match((await repo.exp('log', 'good')).stdout, /no longer kept since git exp gc: model\.bin/)
})

t.test('gc --all --forget leaves nothing of git exp in a repository', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ a: '1' })
  const other = await world.repository({ a: '1' }, 'other')
  await other.exp('add', '-n', 'stays', '--', 'true')
  await repo.exp('hooks', 'install')
  await repo.exp('add', '-n', 'one', '--', 'true')
  await repo.exp('add', '-n', 'two', '--hold', '--', 'true')
  await repo.exp('wait', 'one')
  const head = await repo.git('rev-parse', 'HEAD')
  const foreign = `refs/exps/${head.slice(0, 2)}/${head.slice(2)}/of-dvc`
  await repo.git('update-ref', foreign, head)

  t.equal((await repo.exp('gc', '--forget')).exitCode, 129)
  const asked = await repo.exp('gc', '--all', '--forget')
  t.match(asked.stderr, /^2 experiments[\s\S]*nothing was removed; --yes/)
  const ours = async () => (await repo.shown()).filter(({ number }) => number !== null)
  t.equal((await ours()).length, 2)
  t.equal((await repo.exp('gc', '--all', '--forget', '--yes')).exitCode, 0)
  t.strictSame(await ours(), [])
  t.equal(
    await repo.git('for-each-ref', '--format=%(refname)', 'refs/exps', 'refs/git-exp'),
    foreign,
  )
  t.notOk(existsSync(join(repo.path, '.git/hooks/post-commit')))
  t.match((await other.shown())[0], { name: 'stays' })
  await repo.exp('add', '-n', 'one', '--', 'true')
  await repo.exp('wait')
  t.match((await ours())[0], { name: 'one', number: 4, state: 'succeeded' })
})
