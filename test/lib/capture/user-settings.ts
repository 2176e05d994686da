import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { captureIn, enter } from '../../fixture/capturing.ts'
import { type Sandbox, sandbox, type TestRepository } from '../../fixture/sandbox.ts'
import { fingerprint } from '../../fixture/workspace-files.ts'

const HOOKS = [
  ...['applypatch-msg', 'commit-msg', 'fsmonitor-watchman', 'post-checkout', 'post-commit'],
  ...['post-index-change', 'pre-auto-gc', 'pre-commit', 'prepare-commit-msg'],
  'reference-transaction',
]

const script = (file: string, text: string): string => {
  writeFileSync(file, `#!/bin/sh\n${text}\n`)
  chmodSync(file, 0o755)
  return file
}

/** A repository with a modified, a staged and an untracked file. */
const changed = async (box: Sandbox): Promise<TestRepository> => {
  const repository = await box.repository({ 'a.txt': 'a\n', 'staged.txt': 'a\n' })
  repository.write('staged.txt', 'b\n')
  await repository.git('add', 'staged.txt')
  repository.write('a.txt', 'b\n')
  repository.write('new.txt', 'new\n')
  return repository
}

const contentOf = ({ git }: TestRepository, oid: string): Promise<string> =>
  git('show', `${oid}:a.txt`, `${oid}:staged.txt`, `${oid}^2:a.txt`, `${oid}^3:new.txt`)

const WHOLE = 'b\nb\na\nnew'

for (const place of ['.git/hooks', 'core.hooksPath']) {
  t.test(`no hook of the user runs while a workspace is captured (${place})`, async (t) => {
    const box = enter(sandbox(t))
    const repository = await changed(box)
    const { path, git } = repository
    const fired = join(box.folder, 'fired')
    const hooks = place === '.git/hooks' ? join(path, '.git', 'hooks') : box.folder
    for (const name of HOOKS) script(join(hooks, name), `echo "$0" >>'${fired}'; exit 1`)
    if (place === 'core.hooksPath') await box.config('core.hooksPath', hooks)
    await t.rejects(git('update-ref', 'refs/heads/other', 'HEAD'), 'the user’s own git runs them')
    t.match(readFileSync(fired, 'utf8'), 'reference-transaction')
    writeFileSync(fired, '')
    const { oid } = await captureIn(box, path)
    t.equal(readFileSync(fired, 'utf8'), '')
    t.equal(await contentOf(repository, oid), WHOLE)
  })
}

t.test('no reflog appears, whatever core.logAllRefUpdates says', async (t) => {
  const box = enter(sandbox(t))
  const repository = await changed(box)
  const { path, git } = repository
  await git('config', 'core.logAllRefUpdates', 'always')
  await git('update-ref', 'refs/own/ref', 'HEAD')
  const logs = join(path, '.git', 'logs')
  t.ok(existsSync(join(logs, 'refs', 'own', 'ref')), 'the user’s own git writes them')
  const before = fingerprint(logs)
  const { oid } = await captureIn(box, path)
  t.strictSame(fingerprint(logs), before)
  t.equal(await contentOf(repository, oid), WHOLE)
})

t.test('a snapshot is not signed', async (t) => {
  const box = enter(sandbox(t))
  const repository = await changed(box)
  const { path, git } = repository
  const signed = join(box.folder, 'signed')
  await git('config', 'commit.gpgSign', 'true')
  await git('config', 'gpg.program', script(join(box.folder, 'gpg'), `touch '${signed}'; exit 1`))
  await t.rejects(git('commit', '--message', 'Signed'), 'the user’s own commits are')
  t.ok(existsSync(signed))
  const { oid } = await captureIn(box, path)
  t.notMatch(await git('cat-file', 'commit', oid), 'gpgsig')
  t.equal(await contentOf(repository, oid), WHOLE)
})

t.test('whose identity Git does not know is named as stash would', async (t) => {
  const box = enter(sandbox(t))
  const repository = await changed(box)
  const { path, git } = repository
  await git('config', 'user.useConfigOnly', 'true')
  writeFileSync(join(box.folder, 'home', '.gitconfig'), '')
  await t.rejects(git('commit', '--message', 'Mine'), 'who cannot commit')
  const { oid } = await captureIn(box, path)
  for (const commit of [oid, `${oid}^2`, `${oid}^3`]) {
    t.equal(
      await git('show', '-s', '--format=%an <%ae>, %cn <%ce>', commit),
      'git <git@stash>, git <git@stash>',
    )
  }
  t.equal(await contentOf(repository, oid), WHOLE)
})

t.test('what fsmonitor and the untracked cache left in the index does no harm', async (t) => {
  const box = enter(sandbox(t))
  const repository = await changed(box)
  const { path, git, write } = repository
  const asked = join(box.folder, 'asked')
  const monitor = `echo >>'${asked}'; printf 'token\\0/\\0'`
  await git('config', 'core.fsmonitor', script(join(box.folder, 'monitor'), monitor))
  await git('config', 'core.untrackedCache', 'true')
  await git('update-index', '--untracked-cache', '--fsmonitor')
  await git('status')
  const index = readFileSync(join(path, '.git', 'index'), 'latin1')
  t.match(index, 'FSMN')
  t.match(index, 'UNTR')
  t.ok(existsSync(asked))
  write('a.txt', 'c\n')
  write('new.txt', 'newer\n')
  write('deep/er/b.txt', 'b\n')
  const before = fingerprint(path)
  const { oid } = await captureIn(box, path)
  t.strictSame(fingerprint(path), before)
  t.equal(await contentOf(repository, oid), 'c\nb\na\nnewer')
  t.equal(await git('ls-tree', '-r', '--name-only', `${oid}^3`), 'deep/er/b.txt\nnew.txt')
})

t.test('the subject is plain text, however the user likes to see commits', async (t) => {
  const box = enter(sandbox(t))
  const { path, git } = await box.repository({ 'a.txt': 'a\n' })
  const settings = [
    ...['color.ui=always', 'log.showSignature=true', 'log.decorate=full', 'format.pretty=raw'],
    ...['core.abbrev=12', 'core.pager=false', 'log.mailmap=true', 'i18n.logOutputEncoding=latin1'],
  ]
  for (const setting of settings) {
    const [key = '', value = ''] = setting.split('=')
    await git('config', key, value)
  }
  await git('commit', '--quiet', '--allow-empty', '--message', 'Grüße\n\nExp-Name: "forged"')
  const { oid, name } = await captureIn(box, path)
  const [subject, blank, first] = (await git('cat-file', 'commit', oid)).split('\n').slice(6)
  const short = (await git('rev-parse', 'HEAD')).slice(0, 12)
  t.equal(subject, `exp: ${name} on main ${short} Grüße`)
  t.strictSame([blank, first], ['', 'Exp-Version: 1'])
})

t.test(
  'nothing is left in the state folder or among the refs but what was asked for',
  async (t) => {
    const box = enter(sandbox(t))
    const { path, git } = await changed(box)
    const { oid, name } = await captureIn(box, path)
    const baseline = await git('rev-parse', 'HEAD')
    t.equal(
      await git('for-each-ref', '--format=%(objectname) %(refname)'),
      [
        `${oid} refs/git-exp/snapshots/${baseline.slice(0, 2)}/${baseline.slice(2)}/${name}`,
        `${baseline} refs/heads/main`,
      ].join('\n'),
    )
    t.strictSame(readdirSync(box.places.scratch), [])
    t.strictSame(readdirSync(box.places.spool.new), [])
  },
)
