import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { sandbox, type TestRepository } from '../fixture/sandbox.ts'

const HOOKS = ['post-commit', 'post-rewrite', 'post-merge']

const hookIn = (repo: TestRepository, name = 'post-commit'): string =>
  join(repo.path, '.git/hooks', name)

t.test(
  '`hooks install` puts its hooks in place, again and again, and uninstall removes them',
  async (t) => {
    const world = sandbox(t)
    const repo = await world.repository({ 'a.txt': 'a\n' })
    t.match(await repo.exp('hooks', 'status'), { exitCode: 1, stdout: /no hook is there/ })
    const first = await repo.exp('hooks', 'install')
    t.equal(first.exitCode, 0)
    t.match(first.stderr, 'git config exp.autoqueue true')
    const texts = HOOKS.map((name) => readFileSync(hookIn(repo, name), 'utf8'))
    for (const [i, name] of HOOKS.entries()) {
      t.equal(statSync(hookIn(repo, name)).mode & 0o777, 0o755)
      t.notMatch(texts[i], /@\w+@/)
      t.ok((texts[i] ?? '').split('\n').length < 15, `${name} is a few lines`)
    }
    await repo.git('config', 'exp.autoqueue', 'main try/*')
    const again = await repo.exp('hooks', 'install')
    t.match(again, { exitCode: 0, stderr: /^(?:installed [^\n]*\n){3}$/ })
    t.strictSame(
      HOOKS.map((name) => readFileSync(hookIn(repo, name), 'utf8')),
      texts,
    )
    const status = await repo.exp('hooks', 'status')
    t.match(status, { exitCode: 0, stdout: /on for the branches main try\/\*/ })
    t.match(status.stdout, 'exp.onRewrite: supersede')
    for (const name of HOOKS) t.match(status.stdout, `${name}: the hook is there`)
    writeFileSync(hookIn(repo), (texts[0] ?? '').replace('/dist/', '/of another version/'))
    t.match(await repo.exp('hooks', 'status'), { exitCode: 1, stdout: /install renews it/ })
    t.match(await repo.exp('hooks', 'uninstall'), { exitCode: 0, stderr: 'removed' })
    for (const name of HOOKS) t.notOk(existsSync(hookIn(repo, name)))
    t.match(await repo.exp('hooks', 'uninstall'), { exitCode: 0, stderr: 'no hook of ours' })
  },
)

t.test('a plain hook that was there runs first, and comes back byte for byte', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({
    'exp.yaml': 'cmd: "true"\n',
    'hook.sh': '#!/bin/sh\ncat\n',
  })
  await repo.git('config', 'exp.autoqueue', 'true')
  const heard = join(world.folder, 'heard')
  const theirs = `#!/bin/sh\necho "\${0##*/} $*" >>'${heard}'\nexit 3 # \xff\n`
  const listens = `#!/bin/sh\nwhile read -r line; do echo "$1 $line" >>'${heard}'; done\n`
  mkdirSync(join(repo.path, '.git/hooks'), { recursive: true })
  writeFileSync(hookIn(repo), Buffer.from(theirs, 'latin1'), { mode: 0o750 })
  writeFileSync(join(world.folder, 'listens'), listens, { mode: 0o755 })
  symlinkSync('../../../listens', hookIn(repo, 'post-rewrite'))
  writeFileSync(hookIn(repo, 'post-merge'), `${theirs}# not executable\n`, { mode: 0o644 })
  t.match(await repo.exp('hooks', 'status'), { exitCode: 1, stdout: /another hook is there/ })
  for (const _ of ['once', 'and again']) {
    t.match(await repo.exp('hooks', 'install'), { exitCode: 0, stderr: /before-git-exp first/ })
  }
  const before = await repo.git('rev-parse', 'HEAD')
  const args = ['commit', '--amend', '--allow-empty', '--message', 'x']
  const { exitCode, stderr } = await world.run('git', args, { cwd: repo.path })
  t.equal(exitCode, 0)
  t.match(stderr, 'git exp: queued')
  const after = await repo.git('rev-parse', 'HEAD')
  await repo.git('checkout', '--quiet', '-b', 'side', 'HEAD')
  await repo.git('commit', '--quiet', '--allow-empty', '--message', 'y')
  await repo.git('checkout', '--quiet', 'main')
  await repo.git('merge', '--quiet', '--no-ff', '--message', 'z', 'side')
  t.strictSame(readFileSync(heard, 'utf8').split('\n').slice(0, -1), [
    'post-commit.before-git-exp ',
    `amend ${before} ${after}`,
    'post-commit.before-git-exp ',
  ])
  t.equal((await repo.exp('hooks', 'uninstall')).exitCode, 0)
  t.equal(readFileSync(hookIn(repo), 'latin1'), theirs)
  t.equal(statSync(hookIn(repo)).mode & 0o777, 0o750)
  t.equal(readlinkSync(hookIn(repo, 'post-rewrite')), '../../../listens')
  t.equal(statSync(hookIn(repo, 'post-merge')).mode & 0o777, 0o644)
  t.strictSame(
    readdirSync(join(repo.path, '.git/hooks')).filter((name) => !name.endsWith('.sample')),
    HOOKS.toSorted(),
  )
  // Another tool's over ours: neither of the two that were there may be lost.
  await repo.exp('hooks', 'install')
  writeFileSync(hookIn(repo), '#!/bin/sh\n# a third one\n', { mode: 0o755 })
  const refused = await repo.exp('hooks', 'install')
  t.match(refused, { exitCode: 1, stderr: 'post-commit.before-git-exp' })
  t.match(readFileSync(hookIn(repo), 'utf8'), 'a third one')
})

t.test('the hook goes where git looks for it', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'exp.yaml': 'cmd: "true"\n', 'sub/a.txt': 'a\n' })
  await repo.git('config', 'exp.autoqueue', 'true')
  const linked = join(world.folder, 'linked')
  await repo.git('worktree', 'add', '--quiet', linked)
  const commits = async (cwd: string): Promise<string> => {
    const args = ['commit', '--allow-empty', '--message', cwd]
    return (await world.run('git', args, { cwd })).stderr
  }
  // A linked worktree has the hooks of the main one.
  t.equal((await world.exp(['hooks', 'install'], { cwd: linked })).exitCode, 0)
  t.ok(existsSync(hookIn(repo)))
  t.match(await commits(linked), 'queued')
  await world.exp(['hooks', 'uninstall'], { cwd: linked })
  t.notMatch(await commits(linked), 'queued')
  for (const path of [join(world.folder, 'absolute'), '.githooks']) {
    await repo.git('config', 'core.hooksPath', path)
    t.equal((await world.exp(['hooks', 'install'], { cwd: join(repo.path, 'sub') })).exitCode, 0)
    t.ok(existsSync(join(path.startsWith('/') ? path : join(repo.path, path), 'post-commit')), path)
    t.notOk(existsSync(hookIn(repo)))
    t.match(await commits(join(repo.path, 'sub')), 'queued', path)
    await repo.exp('hooks', 'uninstall')
    t.notOk(existsSync(join(repo.path, '.githooks/post-commit')))
  }
})

t.test('a later `add` renews the environment that commits run in', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'exp.yaml': 'cmd: echo "who=$WHO"\n' })
  await repo.git('config', 'exp.autoqueue', 'true')
  const exp = (who: string, ...args: string[]) =>
    world.exp(args, { cwd: repo.path, env: { WHO: who } })
  await exp('installer', 'hooks', 'install')
  const committed = async (): Promise<string> => {
    await repo.git('commit', '--quiet', '--allow-empty', '--message', 'Next')
    const name = `commit-${(await repo.git('rev-parse', 'HEAD')).slice(0, 8)}`
    await repo.exp('wait', name)
    return (await repo.exp('log', name)).stdout
  }
  t.match(await committed(), 'who=installer')
  t.equal((await exp('later shell', 'run')).exitCode, 0)
  t.match(await committed(), 'who=later shell')
})
