import { spawn } from 'node:child_process'
import { once } from 'node:events'
import t from 'tap'
import { gate } from '../fixture/gate.ts'
import { cliProgram, sandbox } from '../fixture/sandbox.ts'
import { until } from '../fixture/until.ts'

t.test('who waits or follows may go at any time, and hears of what is removed', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': 'a\n' })
  const { wait, reached, open } = gate(world)
  await repo.exp('add', '-n', 'first', '-c', `seq 1 100000; ${wait}`)
  await repo.exp('add', '-n', 'second', '--hold', '--', 'false')
  await repo.exp('add', '-n', 'third', '--hold', '--', 'true')
  await reached()
  const start = (...args: string[]) =>
    spawn(process.execPath, [cliProgram, ...args], {
      cwd: repo.path,
      env: world.env,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
  const follows = start('log', '-f', 'first')
  await once(follows.stdout, 'data')
  // Its reader goes, as `head` does, and then somebody types ^C.
  follows.stdout.destroy()
  const [code] = await once(follows, 'exit')
  t.equal(code, 0)
  const waits = start('wait', 'first')
  waits.kill('SIGINT')
  await once(waits, 'exit')
  t.match(await repo.shown(), [{}, {}, { name: 'first', state: 'running' }])

  const gone = repo.exp('wait', 'third', 'first')
  const after = repo.exp('wait', 'first', 'second')
  t.equal((await repo.exp('rm', 'third')).exitCode, 0)
  await repo.exp('release', 'second')
  open()
  t.equal((await after).exitCode, 1, 'one of them failed')
  t.equal((await gone).exitCode, 1, 'what is removed did not succeed')
  t.equal((await repo.exp('log', '-f', 'first')).exitCode, 0, 'of what has ended too')
  await until('it is told', async () => (await repo.exp('wait')).exitCode === 0)
})

t.test('the same again is run again, beside the first', async (t) => {
  const repo = await sandbox(t).repository({ 'a.txt': 'a\n' })
  for (const again of [0, 1]) {
    t.equal((await repo.exp('run', '-n', `same-${again}`, '-c', 'date +%N')).exitCode, 0)
  }
  const [one, two] = await repo.shown()
  t.not(one?.result, two?.result)
})
