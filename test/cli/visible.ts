import t from 'tap'
import { sandbox } from '../fixture/sandbox.ts'

t.test('experiments stay where they are seen, whatever becomes of their commit', async (t) => {
  const repo = await sandbox(t).repository({ 'params.yaml': 'lr: 1\n' })
  const names = async () => (await repo.shown()).map(({ name }) => name)
  const commit = async (text: string) => {
    repo.write('params.yaml', `lr: ${text}\n`)
    await repo.git('commit', '--quiet', '--all', '--message', text)
  }
  await repo.git('checkout', '--quiet', '-b', 'topic')
  await commit('2')
  await repo.exp('add', '-n', 'first', '--', 'cat', 'params.yaml')
  await commit('3')
  await repo.exp('add', '-n', 'second', '--', 'cat', 'params.yaml')
  await repo.exp('wait')
  t.strictSame(await names(), ['second', 'first'], 'after a commit')

  await repo.git('checkout', '--quiet', 'main')
  repo.write('other.txt', 'x\n')
  await repo.git('add', '--all')
  await repo.git('commit', '--quiet', '--message', 'Meanwhile')
  await repo.git('checkout', '--quiet', 'topic')
  await repo.git('rebase', '--quiet', 'main')
  t.strictSame(await names(), ['second', 'first'], 'after a rebase')
  await repo.git('reset', '--quiet', '--soft', 'main')
  await repo.git('commit', '--quiet', '--message', 'Squashed')
  await repo.git('reflog', 'expire', '--expire=now', '--all')
  await repo.git('gc', '--quiet', '--prune=now')
  t.strictSame(
    await names(),
    ['second', 'first'],
    'after a squash, when the commits themselves are old',
  )

  t.match((await repo.exp('diff', 'first', 'second')).stdout, /^lr +2 +3/m)
  t.match((await repo.exp('show', 'first')).stdout, /first +succeeded/)
  t.match((await repo.exp('run', '--from', 'first', '-n', 'again')).stdout, /^lr: 2$/m)
  t.equal((await repo.exp('apply', 'second')).exitCode, 0)
  t.equal(repo.read('params.yaml'), 'lr: 3\n')
})
