import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { gate } from '../fixture/gate.ts'
import { type CallOptions, type Sandbox, sandbox, type TestRepository } from '../fixture/sandbox.ts'
import { until } from '../fixture/until.ts'

/** The shells that a system's `sh` may be, by where they are. */
const SHELLS = ['dash', 'busybox', 'bash'].map((name) => {
  const { stdout } = spawnSync('sh', ['-c', `command -v ${name}`])
  return { name, path: stdout.toString().trim() }
})

const hookOf = (repo: TestRepository): string => join(repo.path, '.git/hooks/post-commit')

const hooked = async (
  { exp }: Sandbox,
  repo: TestRepository,
  { on = 'true', env = {} }: { on?: string; env?: Record<string, string> } = {},
): Promise<void> => {
  const { exitCode, stderr } = await exp(['hooks', 'install'], { cwd: repo.path, env })
  if (exitCode !== 0) throw new Error(stderr)
  await repo.git('config', 'exp.autoqueue', on)
}

let commits = 0

const commit = async (
  { run }: Sandbox,
  cwd: string,
  options: CallOptions & { args?: string[] } = {},
): Promise<string> => {
  // Of equal dates, so that without this two on different branches could be one and the same.
  const args = ['commit', '--allow-empty', '--message', `${++commits}`, ...(options.args ?? [])]
  const { exitCode, stdout, stderr } = await run('git', args, { cwd, ...options })
  if (exitCode !== 0) throw new Error(stderr)
  return `${stdout}${stderr}`
}

/** The names that are queued, running or ended, or wait in the spool. */
const namesIn = async (repo: TestRepository): Promise<string[]> =>
  (await repo.shown()).map(({ name }) => name)

const exp = { 'exp.yaml': 'cmd: cat a.txt\n', 'a.txt': 'one\n' }

for (const { name: shell, path } of SHELLS) {
  const skip = path === '' ? `${shell} is not here` : false
  t.test(`a commit queues itself as it is, where sh is ${shell}`, { skip }, async (t) => {
    const world = sandbox(t)
    const repo = await world.repository(exp)
    await hooked(world, repo, { env: { WHO: 'the installing shell' } })
    const bin = join(world.folder, 'bin')
    mkdirSync(bin)
    symlinkSync(path, join(bin, 'sh'))
    const hook = hookOf(repo)
    writeFileSync(hook, readFileSync(hook, 'utf8').replace(/^#!.*/, `#!${bin}/sh`))
    repo.write('exp.yaml', 'cmd: cat a.txt b.txt; echo "$WHO"; git status --porcelain\n')
    repo.write('a.txt', 'committed\n')
    repo.write('b.txt', 'committed\n')
    await repo.git('add', '--all')
    repo.write('a.txt', 'dirty\n')
    repo.write('untracked.txt', 'dirty\n')
    const env = { WHO: 'the committing shell', PATH: `${bin}:${world.env.PATH}` }
    const said = await commit(world, repo.path, { env })
    const head = await repo.git('rev-parse', 'HEAD')
    const name = `commit-${head.slice(0, 8)}`
    t.match(said, `git exp: queued ${name}\n`)
    t.equal((await repo.exp('wait', name)).exitCode, 0)
    const [shown] = await repo.shown()
    t.match(shown, { name, baseline: head, branch: 'main', state: 'succeeded', workdir: '' })
    t.match(
      (await repo.exp('log', name)).stdout,
      /\ncommitted\ncommitted\nthe installing shell\n\[/,
    )
    t.equal(
      await repo.git('rev-parse', `${shown?.snapshot}^{tree}`),
      await repo.git('rev-parse', 'HEAD^{tree}'),
    )
    t.equal(await repo.git('stash', 'list'), '')
    t.strictSame(readdirSync(world.places.spool.bad), [])
    t.equal(repo.read('a.txt'), 'dirty\n')
  })
}

t.test('it is off until exp.autoqueue says otherwise', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository(exp)
  await world.exp(['hooks', 'install'], { cwd: repo.path })
  for (const value of [null, 'false', 'no', 'off', '0', 'other', '']) {
    if (value !== null) await repo.git('config', 'exp.autoqueue', value)
    t.notMatch(await commit(world, repo.path), 'git exp', `${value}`)
  }
  t.strictSame(await namesIn(repo), [])
  for (const value of ['true', 'yes', 'on', '1', 'True']) {
    await repo.git('config', 'exp.autoqueue', value)
    t.match(await commit(world, repo.path), 'git exp: queued', value)
  }
})

t.test('patterns say which branches queue themselves', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository(exp)
  await hooked(world, repo, { on: 'main try/* [ab]x' })
  for (const [branch, queues] of [
    ['main', true],
    ['try/deep/er', true],
    ['ax', true],
    ['cx', false],
    ['mainly', false],
    ['trying', false],
    ['true', false],
  ] as const) {
    await repo.git('checkout', '--quiet', '-B', branch)
    t.equal((await commit(world, repo.path)).includes('git exp: queued'), queues, branch)
  }
})

t.test('GIT_EXP=0, and a run, keep a commit from queueing itself', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository(exp)
  await hooked(world, repo)
  t.notMatch(await commit(world, repo.path, { env: { GIT_EXP: '0' } }), 'git exp')
  // In its own workplace no hook runs at all; here the run commits in the user's workspace.
  const script =
    'git -C "$GIT_EXP_WORKSPACE" commit --allow-empty -m x && git commit --allow-empty -m y'
  t.equal((await repo.exp('run', '-n', 'outer', '-c', script)).exitCode, 0)
  t.equal(await repo.git('log', '-1', '--format=%s'), 'x')
  t.strictSame(await namesIn(repo), ['outer'])
})

t.test('a commit succeeds and says nothing where nothing can be queued', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository(exp)
  await hooked(world, repo)
  await world.exp(['daemon', 'stop'])
  const { home, spool } = world.places
  renameSync(home, `${home}-away`)
  t.notMatch(await commit(world, repo.path), /git exp|No such/)
  renameSync(`${home}-away`, home)
  for (const folder of [spool.new, spool.tmp]) {
    chmodSync(folder, 0o500)
    t.notMatch(await commit(world, repo.path), /git exp|ermission/)
    chmodSync(folder, 0o700)
  }
  // Nor does it need more than a bare environment.
  const env = { PATH: '/usr/bin:/bin', HOME: '/nowhere' }
  t.match(await commit(world, repo.path, { env }), 'git exp: queued')
  t.equal(await repo.git('rev-list', '--count', 'HEAD'), '5')
})

t.test('the hook starts a daemon where none runs, and leaves one alone', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository(exp)
  await hooked(world, repo)
  const pid = async (): Promise<number | null> =>
    JSON.parse((await world.exp(['daemon', 'status', '--json'])).stdout).pid
  await world.exp(['daemon', 'stop'])
  const ended = async (): Promise<boolean> =>
    (await repo.shown()).every(({ state }) => state === 'succeeded')
  await commit(world, repo.path)
  await until(
    'the commit has run',
    async () => (await ended()) && (await namesIn(repo)).length === 1,
  )
  const before = await pid()
  t.ok(before)
  await commit(world, repo.path)
  await until('the next one too', async () => (await ended()) && (await namesIn(repo)).length === 2)
  t.equal(await pid(), before)
})

t.test('linked worktrees, sub-folders, a detached HEAD and odd paths queue too', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ ...exp, 'sub/b.txt': 'b\n' }, "it's odd & ü")
  await hooked(world, repo)
  const linked = join(world.folder, 'linked tree')
  await repo.git('worktree', 'add', '--quiet', '-b', 'topic', linked)
  const link = join(world.folder, 'link')
  symlinkSync(repo.path, link)
  t.match(await commit(world, linked), 'git exp: queued')
  t.match(await commit(world, join(repo.path, 'sub')), 'git exp: queued')
  t.match(await commit(world, link), 'git exp: queued')
  await repo.git('checkout', '--quiet', '--detach')
  t.match(await commit(world, repo.path), 'git exp: queued')
  const all = await until('all have ended', async () => {
    const shown = await repo.shown()
    return shown.length === 4 && shown.every(({ ended }) => ended !== null) ? shown : null
  })
  t.strictSame(
    all.map(({ state }) => state),
    Array(4).fill('succeeded'),
  )
  const branches = all.map(({ branch }) => branch ?? 'none')
  t.strictSame(branches.sort(), ['main', 'main', 'none', 'topic'])
  t.strictSame(readdirSync(world.places.spool.bad), [])
})

t.test('a commit queues what it is whatever index and git dir it was made with', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ ...exp, '.gitignore': 'out\n' })
  await hooked(world, repo)
  repo.write('a.txt', 'by another index\n')
  const env = { GIT_INDEX_FILE: join(world.folder, 'another index') }
  await world.run('git', ['read-tree', 'HEAD'], { cwd: repo.path, env })
  t.match(await commit(world, repo.path, { env, args: ['a.txt'] }), 'git exp: queued')
  const place = { GIT_DIR: join(repo.path, '.git'), GIT_WORK_TREE: repo.path }
  t.match(await commit(world, world.folder, { env: place }), 'git exp: queued')
  const linked = join(world.folder, 'linked')
  await repo.git('worktree', 'add', '--quiet', '--detach', linked)
  const own = {
    GIT_DIR: join(repo.path, '.git/worktrees/linked'),
    GIT_INDEX_FILE: `${place.GIT_DIR}/worktrees/linked/index`,
  }
  t.match(await commit(world, linked, { env: own }), 'git exp: queued')
  t.equal((await repo.exp('wait')).exitCode, 0)
  const heads = [await repo.git('rev-parse', 'HEAD'), await repo.git('rev-parse', 'HEAD~1')]
  const shown = await repo.shown()
  t.equal(shown.length, 3)
  for (const head of heads) t.ok(shown.some(({ baseline }) => baseline === head))
  const log = await repo.exp('log', `commit-${heads[1]?.slice(0, 8)}`)
  t.match(log.stdout, '\nby another index\n')
  t.strictSame(readdirSync(world.places.spool.bad), [])
})

t.test('a commit whose hook asks again is queued once', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository(exp)
  await hooked(world, repo)
  await commit(world, repo.path)
  t.equal((await repo.exp('wait')).exitCode, 0)
  const before = await repo.shown()
  await world.run('sh', ['.git/hooks/post-commit'], { cwd: repo.path })
  await until('it is taken in', () => readdirSync(world.places.spool.new).length === 0)
  t.strictSame(await repo.shown(), before)
  t.strictSame(readdirSync(world.places.spool.bad), [])
})

t.test('commits that come faster than they run each queue', async (t) => {
  const world = sandbox(t)
  const { wait, reached, open } = gate(world)
  const repo = await world.repository({ 'exp.yaml': `cmd: '${wait}'\n` })
  await hooked(world, repo)
  await commit(world, repo.path)
  await reached()
  for (let i = 0; i < 3; i++) await commit(world, repo.path, { args: ['--quiet', '--no-verify'] })
  t.equal((await namesIn(repo)).length, 4)
  open()
  t.equal((await repo.exp('wait')).exitCode, 0)
})
