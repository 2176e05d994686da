import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { UserError } from '../../lib/errors.ts'
import { GitError } from '../../lib/git.ts'
import { captureIn, enter, rawGit } from '../fixture/capturing.ts'
import { sandbox } from '../fixture/sandbox.ts'
import { until } from '../fixture/until.ts'
import { fingerprint } from '../fixture/workspace-files.ts'

t.test('thirty captures at once give thirty snapshots', async (t) => {
  const box = enter(sandbox(t))
  const repository = await box.repository({ 'a.txt': 'a\n' })
  repository.write('a.txt', 'b\n')
  repository.write('new.txt', 'new\n')
  const all = await Promise.all(Array.from({ length: 30 }, () => captureIn(box, repository.path)))
  t.equal(new Set(all.map(({ oid }) => oid)).size, 30)
  t.equal(new Set(all.map(({ name }) => name)).size, 30)
  const { git } = repository
  const refs = await git('for-each-ref', '--format=%(objectname)', 'refs/git-exp')
  t.strictSame(refs.split('\n').toSorted(), all.map(({ oid }) => oid).toSorted())
  const trees = await git(
    'rev-parse',
    ...all.flatMap(({ oid }) => [`${oid}^{tree}`, `${oid}^3^{tree}`]),
  )
  t.equal(new Set(trees.split('\n')).size, 2, 'all hold the same workspace')
  t.strictSame(readdirSync(box.places.scratch), [], 'no private index is left')
})

t.test('a capture does not wait for who holds index.lock', async (t) => {
  const box = enter(sandbox(t))
  const { path, git, write } = await box.repository({ 'a.txt': 'a\n' })
  write('a.txt', 'b\n')
  const lock = join(path, '.git', 'index.lock')
  writeFileSync(lock, 'of a git that is at work')
  await t.rejects(git('add', 'a.txt'), 'the lock does hold others off')
  const before = fingerprint(path)
  const { oid } = await captureIn(box, path)
  t.strictSame(fingerprint(path), before)
  t.equal(await git('show', `${oid}:a.txt`), 'b')
  rmSync(lock)
})

t.test('of two processes that ask for one name one gets it', async (t) => {
  const box = enter(sandbox(t))
  const { exp, git } = await box.repository({ 'a.txt': 'a\n' })
  for (const name of ['one', 'two', 'three']) {
    const both = await Promise.all([0, 1].map(() => exp('add', '-n', name, '--json', '--', 'true')))
    const [winner, loser] = both.toSorted((a, b) => a.exitCode - b.exitCode)
    t.match(winner, { exitCode: 0, stdout: `"name":"${name}"` })
    t.match(loser, { exitCode: 1, stdout: /^$/ })
    t.match(JSON.parse(loser?.stderr ?? ''), { error: { code: 'name-taken' } })
    t.equal((await git('for-each-ref', `refs/git-exp/snapshots/**/${name}`)).split('\n').length, 1)
  }
})

t.test('of two captures in one process that ask for one name one gets it', async (t) => {
  const box = enter(sandbox(t))
  const { path } = await box.repository({ 'a.txt': 'a\n' })
  for (const name of ['one', 'two', 'three']) {
    const both = await Promise.allSettled([0, 1].map(() => captureIn(box, path, { name })))
    const lost = both.filter((one) => one.status === 'rejected')
    t.equal(lost.length, 1)
    t.match(lost[0]?.reason, { code: 'name-taken', message: name })
  }
})

const isInWords = (error: unknown): boolean =>
  (error instanceof UserError || error instanceof GitError) && error.message.length > 20

t.test('beside commits every capture is whole, and no commit fails', async (t) => {
  const box = enter(sandbox(t))
  const repository = await box.repository({ 'a.txt': 'a\n', 'mine.txt': '' })
  const { path, git, write } = repository
  write('a.txt', 'b\n')
  write('new.txt', 'new\n')
  const oids: string[] = []
  const commits: string[] = []
  const commit = async (): Promise<void> => {
    write('mine.txt', `${commits.length}\n`)
    await rawGit(path, ['commit', '--quiet', '--message', 'Mine', '--', 'mine.txt'])
    commits.push(await git('rev-parse', 'HEAD'))
  }
  let isOn = true
  const committing = (async () => {
    while (isOn) await commit()
  })()
  await until('fifteen captures and as many commits took place', async () => {
    oids.push((await captureIn(box, path)).oid)
    return oids.length >= 15 && commits.length >= 15
  })
  isOn = false
  await committing
  await git('rev-list', '--objects', ...oids)
  for (const oid of oids) t.equal(await git('show', `${oid}:a.txt`, `${oid}^3:new.txt`), 'b\nnew')
  t.equal(await git('status', '--porcelain'), ' M a.txt\n?? new.txt')
})

t.test('beside rebases every capture is whole, or an error in words', async (t) => {
  const box = enter(sandbox(t))
  const { path, git, write } = await box.repository({ 'a.txt': 'a\n' })
  for (const name of ['one', 'two', 'three', 'four']) {
    write(name, name)
    await git('add', name)
    await git('commit', '--quiet', '--message', name)
  }
  write('new.txt', 'new\n')
  const oids: string[] = []
  const errors: unknown[] = []
  let rebases = 0
  let isOn = true
  const rebasing = (async () => {
    while (isOn) {
      await rawGit(path, ['rebase', '--quiet', '--force-rebase', '--root'])
      rebases++
    }
  })()
  await until('ten captures and three rebases took place', async () => {
    const [captured] = await Promise.allSettled([captureIn(box, path)])
    if (captured.status === 'fulfilled') oids.push(captured.value.oid)
    else errors.push(captured.reason)
    return oids.length >= 10 && rebases >= 3
  })
  isOn = false
  await rebasing
  t.ok(errors.every(isInWords), errors.map(String).join('\n'))
  await git('rev-list', '--objects', ...oids)
  for (const oid of oids) t.equal(await git('show', `${oid}^3:new.txt`), 'new')
  t.equal(await git('status', '--porcelain'), '?? new.txt')
  t.equal(await git('log', '--format=%s', '--reverse'), 'Start\none\ntwo\nthree\nfour')
})

t.test('beside gc a capture is whole, or an error in words', async (t) => {
  const box = enter(sandbox(t))
  const repository = await box.repository({ 'a.txt': 'a\n' })
  const { path, git, write } = repository
  const oids: string[] = []
  const errors: unknown[] = []
  for (let n = 0; n < 12; n++) {
    write('a.txt', `${n}\n`)
    write('new.txt', `new ${n}\n`)
    const [captured] = await Promise.allSettled([
      captureIn(box, path),
      rawGit(path, ['gc', '--quiet', '--prune=now']),
    ])
    if (captured.status === 'fulfilled') oids.push(captured.value.oid)
    else errors.push(captured.reason)
  }
  t.ok(errors.every(isInWords), errors.map(String).join('\n'))
  t.ok(oids.length >= 6, `${oids.length} of 12 captured`)
  const kept = await git('for-each-ref', '--format=%(objectname)', 'refs/git-exp')
  t.strictSame(kept.split('\n').toSorted(), oids.toSorted(), 'what failed leaves no ref')
  await git('rev-list', '--objects', ...oids)
  await git('gc', '--quiet', '--prune=now')
  await git('fsck', '--strict', '--connectivity-only')
  const litter = readdirSync(join(path, '.git')).filter((name) => name.startsWith('fast_import'))
  t.strictSame(litter, [])
})
