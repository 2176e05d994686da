import { existsSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { sandbox, type TestRepository } from '../fixture/sandbox.ts'

const SCRIPT =
  'echo changed > tracked; echo new > new.txt; rm gone; echo model > model.pt; echo in > untracked'

const ended = async (repo: TestRepository, name: string, command: string): Promise<void> => {
  const added = await repo.exp('add', '-n', name, '--', 'sh', '-c', command)
  if (added.exitCode !== 0) throw new Error(added.stderr)
  await repo.exp('wait', name)
}

const project = { tracked: 'as it was\n', gone: 'still here\n', '.gitignore': '*.pt\n' }

t.test('apply brings a result, and undo brings the workspace back', async (t) => {
  const repo = await sandbox(t).repository(project)
  await ended(repo, 'one', SCRIPT)
  repo.write('tracked', 'mine\n')
  repo.write('untracked', 'mine too\n')
  await repo.git('add', 'tracked')
  const index = await repo.git('ls-files', '--stage')

  const applied = await repo.exp('apply', 'one')
  t.equal(applied.exitCode, 0, applied.stderr)
  t.equal(repo.read('tracked'), 'changed\n')
  t.equal(repo.read('new.txt'), 'new\n')
  t.equal(repo.read('untracked'), 'in\n')
  t.equal(repo.read('model.pt'), 'model\n', 'ignored outputs come from the store')
  t.notOk(existsSync(join(repo.path, 'gone')))
  t.equal(await repo.git('ls-files', '--stage'), index, 'the index is the user’s own')

  t.match((await repo.exp('undo', '--list')).stdout, /apply one/)
  t.equal((await repo.exp('undo')).exitCode, 0)
  t.equal(repo.read('tracked'), 'mine\n')
  t.equal(repo.read('untracked'), 'mine too\n')
  t.equal(repo.read('gone'), 'still here\n')
  t.notOk(existsSync(join(repo.path, 'new.txt')))

  t.equal((await repo.exp('undo')).exitCode, 0, 'an undo can be undone')
  t.equal(repo.read('tracked'), 'changed\n')
  t.equal(repo.read('new.txt'), 'new\n')
})

t.test('apply brings the snapshot of what failed, and of any other with --input', async (t) => {
  const repo = await sandbox(t).repository(project)
  repo.write('tracked', 'queued\n')
  repo.write('extra', 'untracked\n')
  await ended(repo, 'failed', `${SCRIPT}; exit 1`)
  await ended(repo, 'good', SCRIPT)
  await repo.git('checkout', '--quiet', '.')
  repo.write('extra', 'other\n')
  for (const args of [['failed'], ['--input', 'good']]) {
    t.equal((await repo.exp('apply', ...args)).exitCode, 0)
    t.equal(repo.read('tracked'), 'queued\n')
    t.equal(repo.read('extra'), 'untracked\n')
    t.equal(repo.read('gone'), 'still here\n')
    await repo.exp('undo')
    t.equal(repo.read('extra'), 'other\n')
  }
})

t.test('apply refuses to lose an ignored file that it cannot save', async (t) => {
  const repo = await sandbox(t).repository(project)
  await ended(repo, 'one', SCRIPT)
  repo.write('model.pt', 'precious\n')
  const refused = await repo.exp('apply', 'one')
  t.equal(refused.exitCode, 1)
  t.match(refused.stderr, /model\.pt/)
  t.equal(repo.read('model.pt'), 'precious\n')
  t.equal(repo.read('tracked'), 'as it was\n', 'nothing was changed')
  t.equal((await repo.exp('apply', '--force', 'one')).exitCode, 0)
  t.equal(repo.read('model.pt'), 'model\n')
})

t.test('branch makes a branch of a result and moves none', async (t) => {
  const repo = await sandbox(t).repository(project)
  await ended(repo, 'one', SCRIPT)
  await ended(repo, 'bad', 'exit 1')
  t.equal((await repo.exp('branch', 'one')).exitCode, 0)
  t.equal(await repo.git('show', 'one:tracked'), 'changed')
  t.equal((await repo.exp('branch', 'one', 'main')).exitCode, 1, 'an existing branch stays')
  t.equal(await repo.git('symbolic-ref', 'HEAD'), 'refs/heads/main')
  t.equal((await repo.exp('branch', 'one', '--upload-pack')).exitCode, 129)
  t.equal((await repo.exp('branch', 'one', 'a..b')).exitCode, 1)
  const none = await repo.exp('branch', '@last', 'other')
  t.equal(none.exitCode, 0, 'what a failed run left is a result as well')
})
