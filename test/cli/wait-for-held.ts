import { execa } from 'execa'
import t from 'tap'
import { cliProgram, sandbox } from '../fixture/sandbox.ts'

t.test('who waits for what is held is told what lets it go', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': 'a\n' })
  await repo.exp('add', '--hold', '-n', 'later', '--', 'true')
  const waiting = execa(process.execPath, [cliProgram, 'wait'], {
    cwd: repo.path,
    env: world.env,
    extendEnv: false,
    stdin: 'ignore',
  })
  for await (const line of waiting.iterable({ from: 'stderr' })) {
    if (line.startsWith('waits also')) {
      t.equal(line, 'waits also for what is held: git exp release later')
      await repo.exp('release', 'later')
    }
  }
  t.equal((await waiting).exitCode, 0)
  t.equal((await repo.shown())[0]?.state, 'succeeded')
})
