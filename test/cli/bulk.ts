import t from 'tap'
import { sandbox } from '../fixture/sandbox.ts'

t.test('what failed is read in one go, and many are removed by what they are like', async (t) => {
  const repo = await sandbox(t).repository({ 'params.yaml': 'code: 0\n' })
  const command = [
    '--',
    'sh',
    '-c',
    'n=$(cut -c7 params.yaml); echo "{\\"n\\": $n}" >metrics.json; echo "end $n"; exit $n',
  ]
  await repo.exp('add', '-S', 'code=0,3,4,5', '-n', 'e', ...command)
  await repo.exp('wait')
  const names = async () => (await repo.shown()).map(({ name }) => name)
  const refused = async (...args: string[]) => {
    const { exitCode, stderr } = await repo.exp(...args)
    t.match(exitCode, /^(1|129)$/, args.join(' '))
    return stderr
  }

  const log = await repo.exp('log', '--failed')
  t.match(log.stdout, /e-2: end 3\n[\s\S]*e-3: end 4\n[\s\S]*e-4: end 5\n/)
  t.notMatch(log.stdout, /e-1/)
  t.match(await refused('log', '--failed', 'e-1'), /stands alone/)

  t.match(await refused('rm'), /--failed/)
  t.match(await refused('rm', '--failed', 'e-1'), /both names and a selection/)
  t.match(await refused('rm', '--older', 'soon'), /30d/)
  t.match(await refused('rm', '--where', 'm = 1'), /no experiment has “m”/)
  t.match((await repo.exp('rm', '--older', '1h')).stderr, /none is like that/)
  await repo.exp('star', 'e-2')
  t.match(
    (await repo.exp('rm', '--where', 'n >= 3 and n < 5')).stderr,
    /left e-2[\s\S]*removed e-3/,
  )
  t.strictSame(await names(), ['e-4', 'e-2', 'e-1'])
  await repo.exp('rm', '--failed')
  t.strictSame(await names(), ['e-2', 'e-1'])
  await repo.exp('star', '--off', 'e-2')
  t.match(await refused('rm', '--all'), /nothing was removed[\s\S]*--yes/)
  t.equal((await repo.exp('rm', '--all', '--yes')).exitCode, 0)
  t.strictSame(await names(), [])
  t.equal(await repo.git('for-each-ref', 'refs/exps', 'refs/git-exp'), '')
})

t.test('several are removed by their names', async (t) => {
  const repo = await sandbox(t).repository({ a: '1' })
  await repo.exp('add', '-n', 'a', '--hold', '--', 'true')
  await repo.exp('add', '-n', 'b', '--hold', '--', 'true')
  t.equal((await repo.exp('rm', 'a', 'b')).exitCode, 0)
  t.strictSame(await repo.shown(), [])
})
