import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { sandbox, type TestRepository } from '../fixture/sandbox.ts'

const hookIn = (repo: TestRepository): string => join(repo.path, '.git/hooks/post-commit')

t.test(
  '`hooks install` puts one hook in place, again and again, and uninstall removes it',
  async (t) => {
    const world = sandbox(t)
    const repo = await world.repository({ 'a.txt': 'a\n' })
    t.match(await repo.exp('hooks', 'status'), { exitCode: 1, stdout: /no hook/ })
    const first = await repo.exp('hooks', 'install')
    t.equal(first.exitCode, 0)
    t.match(first.stderr, 'git config exp.autoqueue true')
    const text = readFileSync(hookIn(repo), 'utf8')
    t.equal(statSync(hookIn(repo)).mode & 0o777, 0o755)
    t.notMatch(text, /@\w+@/)
    await repo.git('config', 'exp.autoqueue', 'true')
    t.match(await repo.exp('hooks', 'install'), { exitCode: 0, stderr: /^installed [^\n]*\n$/ })
    t.equal(readFileSync(hookIn(repo), 'utf8'), text)
    t.match(await repo.exp('hooks', 'status'), { exitCode: 0, stdout: /is there.*is on/ })
    t.match(await repo.exp('hooks', 'uninstall'), { exitCode: 0, stderr: 'removed' })
    t.notOk(existsSync(hookIn(repo)))
    t.match(await repo.exp('hooks', 'uninstall'), { exitCode: 0, stderr: 'no hook of ours' })
  },
)

t.test('another maker’s hook is neither overwritten nor removed', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': 'a\n' })
  mkdirSync(join(repo.path, '.git/hooks'), { recursive: true })
  writeFileSync(hookIn(repo), '#!/bin/sh\necho theirs\n', { mode: 0o755 })
  const { exitCode, stderr } = await repo.exp('hooks', 'install')
  t.equal(exitCode, 1)
  t.match(stderr, hookIn(repo))
  await repo.exp('hooks', 'uninstall')
  t.equal(readFileSync(hookIn(repo), 'utf8'), '#!/bin/sh\necho theirs\n')
  t.match(await repo.exp('hooks', 'status'), { exitCode: 1, stdout: /another hook/ })
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
