import { appendFileSync, lstatSync, readFileSync, statSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { gate } from '../fixture/gate.ts'
import { listing } from '../fixture/listing.ts'
import { runScript } from '../fixture/run-script.ts'
import { sandbox, type TestRepository } from '../fixture/sandbox.ts'

/** All of the user's own that no run of ours may touch. */
const usersOwn = async (repo: TestRepository): Promise<unknown[]> => [
  readFileSync(join(repo.path, '.git/index')),
  await repo.git('for-each-ref', 'refs/heads', 'refs/stash', 'refs/tags'),
  await repo.git('symbolic-ref', 'HEAD'),
  readFileSync(join(repo.path, '.git/config'), 'utf8'),
]

t.test('a run in place has the workspace, and leaves what is not its own', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({
    'params.yaml': 'lr: 0.1 # rate\r\n',
    'main.txt': 'main\n',
    'sub/part.txt': 'part\n',
    '.gitignore': '*.pt\nmetrics.json\n',
    '.gitattributes': 'params.yaml text eol=crlf\n',
  })
  repo.write('main.txt', 'edited\n')
  repo.write('mine.txt', 'untracked\n')
  repo.write('old.pt', 'old\n')
  repo.write('metrics.json', '{"acc": 1}\n')
  repo.write('.env', 'TOKEN=1\n')
  utimesSync(join(repo.path, 'main.txt'), 1_700_000_000, 1_700_000_000)
  await repo.git('add', 'main.txt')
  const [before, own] = [listing(repo.path), await usersOwn(repo)]
  const script = `pwd; echo "$GIT_EXP_WORKSPACE $PYTHONPATH"; od -c ../params.yaml
    echo new >new.txt; echo more >part.txt; echo model >model.pt; echo id >id_rsa`
  const args = ['run', '--in-place', '-S', '../params.yaml:lr=0.5', '-c', script]
  const called = await world.exp(args, {
    cwd: join(repo.path, 'sub'),
    env: { PYTHONPATH: `${repo.path}/src` },
  })
  t.equal(called.exitCode, 0, called.stderr)
  t.match(called.stderr, /git exp undo brings it back, but for ignored files/)
  const [experiment] = await repo.shown()
  if (experiment === undefined) throw new Error('nothing ran')
  const { result, kept, log, name } = experiment
  const text = readFileSync(`${log}`, 'utf8')
  t.match(text, `\n${repo.path}/sub\n${repo.path} ${repo.path}/src\n`)
  t.match(text, /0 {3}\. {3}5 .*\\r {2}\\n/, 'as Git would check it out')
  const made = {
    'sub/new.txt': 'file new\n',
    'sub/part.txt': 'file more\n',
    'sub/model.pt': 'file model\n',
    'sub/id_rsa': 'file id\n',
  }
  const after = Object.fromEntries(
    Object.entries({ ...before, ...made }).sort(([a], [b]) => (a < b ? -1 : 1)),
  )
  t.strictSame(listing(repo.path), after)
  t.strictSame(await usersOwn(repo), own)
  t.equal(statSync(join(repo.path, 'main.txt')).mtimeMs, 1_700_000_000_000)
  t.equal(lstatSync(join(repo.path, 'sub/model.pt')).nlink, 1, 'the store has a copy of its own')
  t.strictSame((await repo.git('ls-tree', '-r', '--name-only', `${result}`)).split('\n'), [
    ...['.gitattributes', '.gitignore', 'main.txt', 'mine.txt', 'params.yaml'],
    ...['sub/new.txt', 'sub/part.txt'],
  ])
  t.equal(await repo.git('show', `${result}:params.yaml`), 'lr: 0.5 # rate')
  t.strictSame(experiment.metrics, {}, 'what is there from before is no metric of this run')
  t.strictSame(kept.map(({ path }) => path).sort(), ['sub/id_rsa', 'sub/model.pt'])

  t.match((await repo.exp('undo', '--list')).stdout, `the in-place run ${name}`)
  t.equal((await repo.exp('undo')).exitCode, 0)
  t.strictSame(listing(repo.path), {
    ...Object.fromEntries(Object.entries(after).filter(([path]) => !/new\.txt|id_rsa/.test(path))),
    'sub/part.txt': 'file part\n',
  })
  t.equal((await repo.exp('undo')).exitCode, 0)
  t.strictSame(listing(repo.path), after, 'an undo can be undone')
})

t.test('one runs at a time, and files edited meanwhile stay', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'params.yaml': 'lr: 0.1\n', 'code.py': 'one\n' })
  await world.config('exp.jobs', '3')
  await repo.git('config', 'exp.executor', 'in-place')
  const first = gate(world)
  const run = repo.exp('run', '-n', 'first', '-S', 'lr=0.5', '-c', first.wait)
  await first.reached()
  const linked = join(world.folder, 'linked')
  await repo.git('worktree', 'add', '--quiet', linked)
  const other = await world.exp(['run', '-n', 'other', '-S', 'lr=3', '--', 'cat', 'params.yaml'], {
    cwd: linked,
  })
  t.equal(other.exitCode, 0, other.stderr)
  t.match(other.stdout, /^lr: 3$/m, 'another workspace does not wait')
  t.equal(readFileSync(join(linked, 'params.yaml'), 'utf8'), 'lr: 0.1\n')
  t.match(await repo.git('for-each-ref', 'refs/git-exp/undo'), 'refs/git-exp/undo/linked/')
  const anotherHome = { GIT_EXP_HOME: join(world.folder, 'another') }
  const args = ['run', '--', 'true']
  const another = await world.exp(args, { cwd: repo.path, env: anotherHome })
  t.match(another, { exitCode: 125, stdout: /first, of another queue, runs in/ })
  await world.exp(['daemon', 'stop'], { env: anotherHome })
  const added = await repo.exp('add', '-n', 'second', '--', 'true')
  t.match(added.stderr, /first runs in this workspace now/)
  const elsewhere = await repo.exp('run', '--no-in-place', '-c', 'pwd')
  t.notMatch(elsewhere.stdout, `${repo.path}\n`)
  t.match(await repo.shown(), [{ state: 'succeeded' }, { name: 'second', state: 'queued' }])
  t.match((await repo.exp()).stdout, /second .*waits: first runs in its workspace/)
  repo.write('params.yaml', 'lr: 7\n')
  first.open()
  t.match((await run).stdout, /params\.yaml was changed meanwhile and was left as it is/)
  t.equal(repo.read('params.yaml'), 'lr: 7\n')
  t.equal((await repo.exp('wait', 'second')).exitCode, 125)
  const refused = (await repo.shown()).find(({ name }) => name === 'second')
  t.match(refused, { state: 'refused', reason: { code: 'workspace-changed' } })
  t.match(refused?.reason?.text, /params\.yaml; .*git exp retry, or .*without --in-place/)
  repo.write('params.yaml', 'lr: 0.5\n')
  await repo.exp('retry', 'second')
  t.equal((await repo.exp('wait', 'second')).exitCode, 0, 'as it was queued, it runs')
})

t.test('stopped, timed out or not to be started, it is put back', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'params.yaml': 'lr: 0.1\n' })
  const { wait, reached } = gate(world)
  const stopped = runScript(repo, wait, '--in-place', '-S', 'lr=0.5', '-n', 'stopped')
  await reached()
  t.equal(repo.read('params.yaml'), 'lr: 0.5\n')
  await repo.exp('stop', 'stopped')
  t.match((await stopped).experiment, { state: 'stopped' })
  t.equal(repo.read('params.yaml'), 'lr: 0.1\n')
  const overridden = ['--in-place', '-S', 'lr=0.5']
  const late = await runScript(repo, wait, ...overridden, '--timeout', '1s')
  t.match(late.experiment, { state: 'timed-out' })
  t.equal(repo.read('params.yaml'), 'lr: 0.1\n')
  const none = await repo.exp('run', ...overridden, '--', 'no-such-program')
  t.equal(none.exitCode, 125)
  t.equal(repo.read('params.yaml'), 'lr: 0.1\n')
  t.equal((await repo.exp('rm', 'stopped', late.experiment.name)).exitCode, 0)
})

t.test('a retry runs only in what was queued, which undo brings back', async (t) => {
  const repo = await sandbox(t).repository({ 'params.yaml': 'lr: 0.1\n' })
  await runScript(repo, 'echo a >made; exit 1', '--in-place', '-n', 'bad')
  const again = async () => {
    await repo.exp('retry', 'bad')
    await repo.exp('wait', 'bad')
    return (await repo.shown())[0]
  }
  t.match(await again(), { state: 'refused', reason: { text: /since it was queued: made;/ } })
  t.equal((await repo.exp('undo')).exitCode, 0)
  t.match(await again(), { state: 'failed', attempt: 3 })
})

t.test('a commit made by a run in place queues nothing, and neither does add', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': 'a\n' })
  await repo.exp('hooks', 'install')
  await repo.git('config', 'exp.autoqueue', 'true')
  appendFileSync(join(repo.path, 'a.txt'), 'b\n')
  const cli = `'${process.execPath}' '${join(import.meta.dirname, '../../dist/cli/main.cjs')}'`
  const script = `git commit -qam inside; ${cli} add -- true && echo queued; git rev-parse HEAD`
  const { output } = await runScript(repo, script, '--in-place')
  t.match(output, /inside the run of/)
  t.notMatch(output, /^queued/m)
  t.match(output, await repo.git('rev-parse', 'HEAD'), 'the run had the user’s own repository')
  t.equal((await repo.shown()).length, 1)
})

t.test('what cannot be run in place is said before it is queued', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': 'a\n' })
  const keep = await repo.exp('add', '--in-place', '--keep', '--', 'true')
  t.match(keep, { exitCode: 129, stderr: /a run in place has none/ })
  await repo.git('config', 'exp.executor', 'celery')
  const celery = await repo.exp('add', '--', 'true')
  t.match(celery, { exitCode: 1, stderr: /git config --global exp\.broker/ })
  t.equal(await repo.git('for-each-ref', 'refs/git-exp'), '')
})
