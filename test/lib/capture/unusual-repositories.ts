import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { snapshotRef } from '../../../lib/refs.ts'
import { captureIn, enter } from '../../fixture/capturing.ts'
import { sandbox, type TestRepository } from '../../fixture/sandbox.ts'
import { fingerprint } from '../../fixture/workspace-files.ts'

/** `<mode> <oid>` of one path in a tree. */
const entry = async (git: TestRepository['git'], tree: string, path: string): Promise<string> =>
  (await git('ls-tree', tree, '--', path)).replace(/^(\d+) \w+ (\w+)\t.*$/, '$1 $2')

t.test('of a submodule its commit is captured, and a dirty one is said', async (t) => {
  const box = enter(sandbox(t))
  await box.config('protocol.file.allow', 'always')
  const library = await box.repository({ 'lib.py': 'one\n' }, 'library')
  const { path, git, write } = await box.repository({ 'a.txt': 'a\n' })
  await git('submodule', '--quiet', 'add', library.path, 'vendor/lib')
  await git('commit', '--quiet', '--message', 'With a library')
  const inLibrary = (...args: string[]) => git('-C', 'vendor/lib', ...args)

  const clean = await captureIn(box, path)
  t.equal(
    await entry(git, clean.oid, 'vendor/lib'),
    `160000 ${await inLibrary('rev-parse', 'HEAD')}`,
  )
  t.same(clean.notes, [])

  await inLibrary('commit', '--quiet', '--allow-empty', '--message', 'Two')
  const moved = await captureIn(box, path)
  t.equal(
    await entry(git, moved.oid, 'vendor/lib'),
    `160000 ${await inLibrary('rev-parse', 'HEAD')}`,
  )
  t.same(moved.notes, [])

  write('vendor/lib/lib.py', 'two\n')
  write('a.txt', 'b\n')
  const before = fingerprint(path)
  const dirty = await captureIn(box, path)
  t.strictSame(fingerprint(path), before, 'neither repository is touched')
  t.equal(await git('show', `${dirty.oid}:a.txt`), 'b')
  t.equal(
    await entry(git, dirty.oid, 'vendor/lib'),
    `160000 ${await inLibrary('rev-parse', 'HEAD')}`,
  )
  t.match(dirty.notes, [/submodule.*vendor\/lib/])
})

for (const index of ['--no-sparse-index', '--sparse-index']) {
  t.test(`a sparse checkout keeps what is not checked out (${index})`, async (t) => {
    const box = enter(sandbox(t))
    const { path, git, write } = await box.repository({
      'a.txt': 'a\n',
      'in/b.txt': 'b\n',
      'in/gone.txt': 'gone\n',
      'out/c.txt': 'c\n',
      'out/deep/d.txt': 'd\n',
    })
    await git('sparse-checkout', 'set', '--cone', index, 'in')
    t.notOk(existsSync(join(path, 'out')))
    write('in/b.txt', 'changed\n')
    write('in/new.txt', 'new\n')
    rmSync(join(path, 'in/gone.txt'))
    const before = fingerprint(path)
    const { oid } = await captureIn(box, path)
    t.strictSame(fingerprint(path), before)
    t.equal(
      await git('diff', '--name-status', 'HEAD', oid),
      'M\tin/b.txt\nD\tin/gone.txt',
      'files outside are as in the baseline',
    )
    t.equal(await git('ls-tree', '-r', '--name-only', `${oid}^3`), 'in/new.txt')
  })
}

t.test('what skip-worktree and assume-unchanged hide is said where it differs', async (t) => {
  const box = enter(sandbox(t))
  const files = { 'a.txt': 'a\n', 'local.cfg': '1\n', 'same.cfg': '1\n', 'big.bin': '1\n' }
  const { path, git, write } = await box.repository(files)
  await git('update-index', '--skip-worktree', 'local.cfg', 'same.cfg')
  await git('update-index', '--assume-unchanged', 'big.bin')
  t.same((await captureIn(box, path)).notes, [], 'what is hidden and the same is no news')
  write('a.txt', 'b\n')
  write('local.cfg', 'mine\n')
  write('big.bin', 'mine\n')
  const before = fingerprint(path)
  const { oid, notes } = await captureIn(box, path)
  t.strictSame(fingerprint(path), before)
  t.equal(await git('diff', '--name-only', 'HEAD', oid), 'a.txt', 'git does not look at them')
  t.equal(notes.length, 1)
  t.match(notes[0], /big\.bin, local\.cfg/)
  t.notMatch(notes[0], /same\.cfg/)
})

t.test('a shallow clone is captured without its history', async (t) => {
  const box = enter(sandbox(t))
  const origin = await box.repository({ 'a.txt': 'a\n' }, 'origin')
  for (const n of ['1', '2', '3']) {
    origin.write('a.txt', `${n}\n`)
    await origin.git('commit', '--quiet', '--all', '--message', n)
  }
  const { folder, run } = box
  await run('git', ['clone', '--quiet', '--depth=1', `file://${origin.path}`, 'shallow'])
  const path = join(folder, 'shallow')
  const git = async (...args: string[]) => (await run('git', args, { cwd: path })).stdout.trimEnd()
  t.equal(await git('rev-list', '--count', 'HEAD'), '1')
  await run('sh', ['-c', 'echo new >a.txt; echo untracked >b.txt'], { cwd: path })
  const { oid } = await captureIn(box, path)
  await git('reset', '--quiet', '--hard')
  await git('clean', '--quiet', '-f')
  t.match(await run('git', ['stash', 'apply', oid], { cwd: path }), { exitCode: 0 })
  t.equal(await git('diff', '--name-only'), 'a.txt')
  t.equal((await run('cat', ['a.txt', 'b.txt'], { cwd: path })).stdout, 'new\nuntracked\n')
})

t.test('a partial clone is captured while its origin is away', async (t) => {
  const box = enter(sandbox(t))
  const origin = await box.repository({ 'in/a.txt': 'a\n', 'out/b.txt': 'b\n' }, 'origin')
  await origin.git('config', 'uploadpack.allowFilter', 'true')
  const { folder, run } = box
  const source = `file://${origin.path}`
  await run('git', ['clone', '--quiet', '--filter=blob:none', '--sparse', source, 'partial'])
  const path = join(folder, 'partial')
  await run('git', ['sparse-checkout', 'set', 'in'], { cwd: path })
  rmSync(origin.path, { recursive: true })
  await run('sh', ['-c', 'echo new >in/a.txt; echo untracked >in/c.txt'], { cwd: path })
  const { oid } = await captureIn(box, path)
  const changed = ['diff-tree', '-r', '--name-only', 'HEAD', oid]
  t.equal((await run('git', changed, { cwd: path })).stdout, 'in/a.txt\n')
  t.equal((await run('git', ['show', `${oid}^3:in/c.txt`], { cwd: path })).stdout, 'untracked\n')
})

t.test('a SHA-256 repository is captured under its longer ids', async (t) => {
  const box = enter(sandbox(t))
  const { folder, run } = box
  await run('git', ['init', '--quiet', '--object-format=sha256', 'long'])
  const path = join(folder, 'long')
  const git = async (...args: string[]) => (await run('git', args, { cwd: path })).stdout.trimEnd()
  await run('sh', ['-c', 'echo a >a.txt'], { cwd: path })
  await git('add', '--all')
  await git('commit', '--quiet', '--message', 'Start')
  await run('sh', ['-c', 'echo b >a.txt; echo new >new.txt'], { cwd: path })
  const { oid, name } = await captureIn(box, path)
  const baseline = await git('rev-parse', 'HEAD')
  t.match(oid, /^[0-9a-f]{64}$/)
  t.equal(await git('rev-parse', snapshotRef(baseline, name)), oid)
  t.equal(await git('rev-parse', `${oid}^1`), baseline)
  await git('reset', '--quiet', '--hard')
  await git('clean', '--quiet', '-f')
  t.match(await run('git', ['stash', 'apply', oid], { cwd: path }), { exitCode: 0 })
  t.equal((await run('cat', ['a.txt', 'new.txt'], { cwd: path })).stdout, 'b\nnew\n')
})

t.test('a workspace without a file, and a baseline without one, are captured', async (t) => {
  const box = enter(sandbox(t))
  const emptied = await box.repository({ 'a.txt': 'a\n', 'b/c.txt': 'c\n' }, 'emptied')
  for (const name of ['a.txt', 'b']) rmSync(join(emptied.path, name), { recursive: true })
  const all = await captureIn(box, emptied.path)
  t.equal(await emptied.git('diff', '--name-status', 'HEAD', all.oid), 'D\ta.txt\nD\tb/c.txt')
  t.equal((await emptied.git('rev-parse', `${all.oid}^@`)).split('\n').length, 2)

  const bare = await box.repository({}, 'nothing yet, täglich')
  const none = await captureIn(box, bare.path)
  t.equal(await bare.git('ls-tree', '-r', none.oid), '')
  bare.write('new.txt', 'new\n')
  const some = await captureIn(box, bare.path)
  t.equal(await bare.git('show', `${some.oid}^3:new.txt`), 'new')
})
