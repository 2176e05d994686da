import t from 'tap'
import { sandbox, type TestRepository } from '../fixture/sandbox.ts'

const refs = async (repo: TestRepository): Promise<string[]> =>
  (await repo.git('for-each-ref', '--format=%(refname)', 'refs/exps', 'refs/git-exp'))
    .split('\n')
    .filter((ref) => ref !== '')
    .map((ref) => ref.replace(/\/[0-9a-f]{2}\/[0-9a-f]{38}\//, '/'))

const ended = async (repo: TestRepository, name: string, command = 'true'): Promise<void> => {
  const added = await repo.exp('add', '-n', name, '--', 'sh', '-c', command)
  if (added.exitCode !== 0) throw new Error(added.stderr)
  await repo.exp('wait', name)
}

t.test('rename moves the refs and the row, and refuses a name that is taken', async (t) => {
  const repo = await sandbox(t).repository({ a: '1' })
  await ended(repo, 'one')
  await ended(repo, 'two', 'exit 3')
  t.equal((await repo.exp('rename', 'one', 'uno')).exitCode, 0)
  t.equal((await repo.exp('rename', 'two', 'due')).exitCode, 0)
  t.strictSame(await refs(repo), [
    'refs/exps/uno',
    'refs/git-exp/failures/due.1',
    'refs/git-exp/snapshots/due',
    'refs/git-exp/snapshots/uno',
  ])
  const clash = await repo.exp('rename', 'due', 'UNO')
  t.equal(clash.exitCode, 1)
  t.match(clash.stderr, /“uno”/, 'names that differ in case alone clash')
  t.equal((await repo.exp('rename', 'uno', '123')).exitCode, 1, 'a number is no name')
  t.strictSame(
    (await repo.shown()).map(({ name }) => name),
    ['due', 'uno'],
  )
})

t.test('rm removes refs, row and log, leaves others alone, and is harmless twice', async (t) => {
  const repo = await sandbox(t).repository({ a: '1' })
  await ended(repo, 'one')
  await ended(repo, 'two', 'exit 3')
  t.equal((await repo.exp('rm', 'two')).exitCode, 0)
  t.strictSame(await refs(repo), ['refs/exps/one', 'refs/git-exp/snapshots/one'])
  t.equal((await repo.exp('log', 'two')).exitCode, 1)
  t.equal((await repo.exp('rm', 'two')).exitCode, 1, 'it is unknown now')
  await ended(repo, 'two')
  t.equal((await repo.shown())[0]?.number, 3, 'its number is not given again')
})

t.test('retry runs the same snapshot again and keeps what came before', async (t) => {
  const repo = await sandbox(t).repository({ a: '1' })
  await ended(repo, 'flaky', 'test "$GIT_EXP_ATTEMPT" = 2')
  repo.write('a', '2')
  t.equal((await repo.exp('retry', 'flaky')).exitCode, 0)
  t.equal((await repo.exp('wait', 'flaky')).exitCode, 0)
  t.match((await repo.shown())[0], { state: 'succeeded', attempt: 2 })
  const refused = await repo.exp('retry', 'flaky')
  t.equal(refused.exitCode, 1)
  t.match(refused.stderr, /--again/)
  t.equal((await repo.exp('retry', '--again', 'flaky')).exitCode, 0)
  await repo.exp('wait', 'flaky')
  t.strictSame(await refs(repo), [
    'refs/exps/flaky.2',
    'refs/git-exp/failures/flaky.1',
    'refs/git-exp/failures/flaky.3',
    'refs/git-exp/snapshots/flaky',
  ])
  t.equal((await repo.exp('rm', 'flaky')).exitCode, 0)
  t.strictSame(await refs(repo), [], 'rm takes all attempts along')
})

t.test('a held experiment waits until it is released', async (t) => {
  const box = sandbox(t)
  const repo = await box.repository({ a: '1' })
  await repo.exp('daemon', 'stop')
  const { stdout } = await repo.exp('add', '-n', 'later', '--', 'true')
  t.equal(stdout, 'later\n')
  await repo.exp('hold', 'later')
  const [first] = await repo.shown()
  if (first?.state === 'held') {
    await repo.exp('add', '-n', 'other', '--', 'true')
    await repo.exp('wait', 'other')
    t.equal((await repo.shown())[1]?.state, 'held')
    await repo.exp('release', 'later')
  }
  t.equal((await repo.exp('wait', 'later')).exitCode, 0)
})

t.test('--force takes a name and renames who had it', async (t) => {
  const repo = await sandbox(t).repository({ a: '1' })
  await ended(repo, 'best')
  const plain = await repo.exp('add', '-n', 'best', '--', 'true')
  t.equal(plain.exitCode, 1)
  t.match(plain.stderr, /“best”.*\n.*--force/)
  const forced = await repo.exp('add', '--force', '-n', 'best', '--', 'true')
  t.equal(forced.exitCode, 0, forced.stderr)
  await repo.exp('wait')
  t.strictSame(
    (await repo.shown()).map(({ number, name }) => [number, name]),
    [
      [2, 'best'],
      [1, 'best.1'],
    ],
  )
})

t.test('stars, tags and notes are shown, and changed as often as one likes', async (t) => {
  const repo = await sandbox(t).repository({ a: '1' })
  await ended(repo, 'one')
  await repo.exp('star', 'one')
  await repo.exp('tag', 'good', 'one')
  await repo.exp('tag', 'good', 'one')
  await repo.exp('tag', 'bad', 'one')
  await repo.exp('tag', '--remove', 'bad', 'one')
  await repo.exp('note', 'one', 'with "quotes"\nand lines')
  t.match((await repo.shown())[0], {
    starred: true,
    tags: ['good'],
    note: 'with "quotes"\nand lines',
  })
  await repo.exp('star', '--off', 'one')
  await repo.exp('note', 'one', '')
  t.match((await repo.shown())[0], { starred: false, note: null })
  t.equal((await repo.exp('tag', '--', 'one')).exitCode, 129)
})
