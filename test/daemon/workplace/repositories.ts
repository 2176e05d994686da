import { rmSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { listing } from '../../fixture/listing.ts'
import { runScript } from '../../fixture/run-script.ts'
import { type Sandbox, sandbox, type TestRepository } from '../../fixture/sandbox.ts'

/** Another worktree or clone, seen as the first one is. */
const at = (world: Sandbox, repo: TestRepository, path: string) => {
  const git: TestRepository['git'] = (...args) => repo.git('-C', path, ...args)
  return { path, git, exp: (...args: string[]) => world.exp(args, { cwd: path }) }
}

t.test('a shallow repository runs, and its log ends where it ends for the user', async (t) => {
  const world = sandbox(t)
  const origin = await world.repository({ 'a.txt': 'a\n' }, 'origin')
  for (const subject of ['Second', 'Third']) {
    await origin.git('commit', '--quiet', '--allow-empty', '--message', subject)
  }
  const path = join(world.folder, 'shallow')
  await origin.git('clone', '--quiet', '--depth', '2', `file://${origin.path}`, path)
  const repo = at(world, origin, path)
  const { output, experiment } = await runScript(repo, 'cat a.txt; git log --format=%s; echo b >b')
  t.equal(output, 'a\nThird\nSecond\n')
  t.equal(await repo.git('rev-parse', `${experiment.result}^`), await repo.git('rev-parse', 'HEAD'))
})

t.test('a SHA-256 repository runs', async (t) => {
  const world = sandbox(t)
  const path = join(world.folder, 'long')
  const outer = await world.repository({})
  await outer.git('init', '--quiet', '--object-format=sha256', path)
  const repo = at(world, outer, path)
  await repo.git('commit', '--quiet', '--allow-empty', '--message', 'Start')
  await world.run('sh', ['-c', 'echo a >a.txt'], { cwd: path })
  const script = 'git rev-parse HEAD; git status --porcelain; echo b >b.txt'
  const { output, experiment } = await runScript(repo, script)
  const head = await repo.git('rev-parse', 'HEAD')
  t.equal(output, `${head}\n?? a.txt\n`)
  t.equal(head.length, 64)
  t.equal(
    await repo.git(
      'rev-parse',
      `refs/exps/${head.slice(0, 2)}/${head.slice(2)}/${experiment.name}`,
    ),
    experiment.result,
  )
  t.equal(await repo.git('ls-tree', '--name-only', `${experiment.result}`), 'a.txt\nb.txt')
})

t.test('a linked worktree runs what it holds, on its own branch', async (t) => {
  const world = sandbox(t)
  const main = await world.repository({ 'a.txt': 'main\n' })
  const linked = join(world.folder, 'linked')
  await main.git('worktree', 'add', '--quiet', '-b', 'topic', linked)
  main.write('a.txt', 'dirty\n')
  await world.run('sh', ['-c', 'echo topic >a.txt; echo new >new.txt'], { cwd: linked })
  const copy = join(world.folder, 'copy')
  const script = `git branch --show-current; git status --porcelain; basename "$PWD"; cp -a . '${copy}'`
  const first = await runScript(at(world, main, linked), script)
  t.equal(first.output, 'topic\n M a.txt\n?? new.txt\nlinked\n')
  t.strictSame(listing(copy), listing(linked))
  // Both are one repository with one pool of slots.
  rmSync(copy, { recursive: true })
  const second = await runScript(main, script)
  t.equal(second.output, 'main\n M a.txt\nproject\n')
  t.strictSame(listing(copy), listing(main.path))
  t.equal((await main.shown()).length, 2)
})

t.test('a sparse workspace runs with the files it has', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'in/a.txt': 'a\n', 'out/b.txt': 'b\n', 'top.txt': 't\n' })
  await repo.git('sparse-checkout', 'set', 'in')
  repo.write('in/a.txt', 'edited\n')
  const copy = join(world.folder, 'copy')
  const { experiment } = await runScript(repo, `cp -a . '${copy}'`)
  t.strictSame(listing(copy), listing(repo.path))
  t.equal(
    await repo.git('ls-tree', '-r', '--name-only', `${experiment.result}`),
    'in/a.txt\nout/b.txt\ntop.txt',
  )
})

t.test('a partial clone runs without the files that it never fetched', async (t) => {
  const world = sandbox(t)
  await world.config('uploadpack.allowFilter', 'true')
  const files = { 'in/a.txt': 'a\n', 'out/b.txt': 'b\n' }
  const origin = await world.repository(files, 'origin')
  const path = join(world.folder, 'partial')
  const from = `file://${origin.path}`
  await origin.git('clone', '--quiet', '--filter=blob:none', '--sparse', from, path)
  const repo = at(world, origin, path)
  await repo.git('sparse-checkout', 'set', 'in')
  const missing = () => repo.git('rev-list', '--objects', '--missing=print', 'HEAD', '--', 'out')
  t.match(await missing(), /^\?/m)
  const { output, log, experiment } = await runScript(
    repo,
    'ls; git status --porcelain; echo c >in/c',
  )
  t.equal(output, 'in\n', log)
  const names = await repo.git('ls-tree', '-r', '--name-only', `${experiment.result}`)
  t.equal(names, 'in/a.txt\nin/c\nout/b.txt')
  t.match(await missing(), /^\?/m)
})

t.test('a command runs in the folder it was queued from, be that empty', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'sub/a.txt': 'a\n' })
  const where = 'basename "$PWD"; [ "$PWD" = "$(pwd -P)" ] && ls; git rev-parse --show-prefix'
  const sub = at(world, repo, join(repo.path, 'sub'))
  t.equal((await runScript(sub, where)).output, 'sub\na.txt\nsub/\n')
  await world.run('mkdir', ['-p', join(repo.path, 'empty/deep')])
  const deep = at(world, repo, join(repo.path, 'empty/deep'))
  t.equal((await runScript(deep, where)).output, 'deep\nempty/deep/\n')
})
