import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { listing } from '../../fixture/listing.ts'
import { runScript } from '../../fixture/run-script.ts'
import { sandbox, type TestRepository } from '../../fixture/sandbox.ts'

/** All that a run could spoil of the user's repository, but for the refs that we make. */
const stateOf = async (repo: TestRepository): Promise<Record<string, unknown>> => ({
  files: listing(repo.path),
  index: await repo.git('ls-files', '--stage'),
  config: repo.read('.git/config'),
  head: repo.read('.git/HEAD'),
  reflog: repo.read('.git/logs/HEAD'),
  refs: (await repo.git('for-each-ref', '--format=%(refname) %(objectname)'))
    .split('\n')
    .filter((ref) => !/^refs\/(git-exp|exps)\//.test(ref)),
  status: await repo.git('status', '--porcelain'),
  fsck: await repo.git('fsck', '--full', '--strict', '--no-dangling', '--no-progress'),
})

t.test('a run is on the same branch at the baseline, the changes unstaged', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': 'one\n', 'gone.txt': 'x\n', 'staged.txt': 'x\n' })
  await repo.git('tag', '-a', '-m', 'First', 'v1')
  await repo.git('commit', '--quiet', '--allow-empty', '--message', 'Second')
  await repo.git('tag', 'light')
  await repo.git('switch', '--quiet', '--create', 'topic/new')
  repo.write('a.txt', 'two\n')
  repo.write('new.txt', 'new\n')
  repo.write('staged.txt', 'y\n')
  await repo.git('add', 'staged.txt')
  await repo.git('rm', '--quiet', 'gone.txt')
  const { output } = await runScript(
    repo,
    `git symbolic-ref HEAD; git rev-parse HEAD; git describe; git describe --tags --dirty
     git log --format=%s; git status --porcelain; git diff --name-status
     git diff --cached --quiet && echo nothing staged; git show HEAD:a.txt; git branch`,
  )
  t.strictSame(output.split('\n').slice(0, -1), [
    'refs/heads/topic/new',
    await repo.git('rev-parse', 'HEAD'),
    await repo.git('describe'),
    'light-dirty',
    'Second',
    'Start',
    ' M a.txt',
    ' D gone.txt',
    ' M staged.txt',
    '?? new.txt',
    'M\ta.txt',
    'D\tgone.txt',
    'M\tstaged.txt',
    'nothing staged',
    'one',
    '* topic/new',
  ])
})

t.test('a clean workspace is clean in the run, and a detached HEAD is one', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': 'one\n' })
  await repo.git('switch', '--quiet', '--detach')
  const script =
    'git symbolic-ref HEAD || git rev-parse HEAD; git status --porcelain; git diff HEAD'
  const { output } = await runScript(repo, script)
  t.match(output, /^fatal: .*symbolic ref/)
  t.equal(output.split('\n').slice(1).join('\n'), `${await repo.git('rev-parse', 'HEAD')}\n`)
})

t.test('no hook runs in a run, neither the repository’s nor the user’s', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': 'one\n' })
  const marks = join(world.folder, 'marks')
  for (const folder of [join(repo.path, '.git/hooks'), join(world.folder, 'hooks')]) {
    mkdirSync(folder, { recursive: true })
    for (const hook of ['pre-commit', 'post-commit', 'post-checkout', 'reference-transaction']) {
      writeFileSync(join(folder, hook), `#!/bin/sh\necho ${hook} >>'${marks}'\n`)
      chmodSync(join(folder, hook), 0o755)
    }
  }
  const commit =
    'git commit -q --allow-empty -m x && git checkout -q --detach && git log -1 --format=%s'
  t.equal((await runScript(repo, commit)).output, 'x\n')
  await world.config('core.hooksPath', join(world.folder, 'hooks'))
  t.equal((await runScript(repo, commit)).output, 'x\n')
  t.notOk(existsSync(marks))
  await repo.git('commit', '--quiet', '--allow-empty', '--message', 'Here hooks do run')
  t.ok(existsSync(marks))
})

t.test('what a run does to its Git harms neither the repository nor the next run', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': 'one\n', '.gitignore': 'victim\n' })
  const victim = join(world.folder, 'victim')
  mkdirSync(victim)
  writeFileSync(join(victim, 'precious.txt'), 'precious\n')
  await repo.git('branch', 'other')
  await repo.git('tag', 'v1')
  repo.write('stashed.txt', 'x\n')
  await repo.git('stash', '--quiet', '--include-untracked')
  await repo.git('reflog', 'expire', '--expire=now', 'other')
  repo.write('a.txt', 'two\n')
  repo.write('b.txt', 'untracked\n')
  const before = await stateOf(repo)
  const expected = listing(repo.path)
  const attacks = [
    'git add -A && git commit -q -m Mine && git branch mine && git tag -f v1',
    'git update-ref -d refs/heads/other; git stash -q -u && git stash apply -q && git stash clear',
    `git checkout -q -b elsewhere && git branch -D main; git repack -adq; git pack-refs --all
     git reflog expire --expire=now --all; git gc -q --prune=now --force; git worktree prune`,
    `git config user.name Mallory; git config filter.evil.clean 'echo evil'
     echo '* filter=evil' >.git/info/attributes; echo '*' >.git/info/exclude
     git config core.fsmonitor 'echo >${victim}/fsmonitor'; git config alias.status '!false'`,
    'echo garbage >.git/index; echo garbage >.git/HEAD; echo garbage >.git/config',
    `git config core.worktree '${victim}'; git config core.bare true`,
    `rm -rf .git; echo 'gitdir: ${victim}' >.git`,
  ]
  for (const attack of attacks) {
    const { experiment, log } = await runScript(repo, `${attack}; true`)
    t.equal(experiment.state, 'succeeded', log)
    t.equal(
      await repo.git('rev-parse', `${experiment.result}:a.txt`, `${experiment.result}:b.txt`),
      await repo.git('hash-object', 'a.txt', 'b.txt'),
      attack,
    )
  }
  const copy = join(world.folder, 'copy')
  const after = await runScript(
    repo,
    `cp -a . '${copy}'; git status --porcelain; git log --format=%s`,
  )
  t.equal(after.output, ' M a.txt\n?? b.txt\nStart\n')
  t.strictSame(listing(copy), expected)
  t.strictSame(await stateOf(repo), before)
  t.strictSame(listing(victim), { 'precious.txt': 'file precious\n' })
})

t.test('a run knows the remotes, but no password, and can push nowhere', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': 'one\n' })
  const remote = join(world.folder, 'remote.git')
  await repo.git('init', '--quiet', '--bare', remote)
  await repo.git('remote', 'add', 'origin', `file://${remote}`)
  await repo.git('push', '--quiet', '--set-upstream', 'origin', 'main')
  await repo.git('remote', 'add', 'secret', 'https://me:hunter2@example.org/x.git')
  await repo.git('remote', 'add', 'token', 'https://ghp_hunter2@example.org/y.git')
  await repo.git('remote', 'add', 'ssh', 'ssh://git@example.org/z.git')
  await repo.git('remote', 'set-url', '--push', 'ssh', 'https://me:hunter2@example.org/z.git')
  await repo.git('config', 'http.extraHeader', 'Authorization: hunter2')
  const { output } = await runScript(
    repo,
    `cat .git/config; git remote get-url secret; git remote get-url ssh
     git commit -q --allow-empty -m x
     git push origin main || echo refused; git push ssh main || echo refused
     git fetch -q origin && echo fetched; git config branch.main.remote`,
  )
  t.notMatch(output, 'hunter2')
  const said = output.split('\n').filter((line) => !/^\t|^\[|^fatal|^$|^Please|^and the/.test(line))
  t.strictSame(said, [
    'https://example.org/x.git',
    'ssh://git@example.org/z.git',
    'refused',
    'refused',
    'fetched',
    'origin',
  ])
  t.equal(await repo.git('-C', remote, 'rev-parse', 'main'), await repo.git('rev-parse', 'main'))
})
