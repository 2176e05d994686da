import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import t from 'tap'
import { isAlive } from '../fixture/daemon-process.ts'
import { type Gate, gate } from '../fixture/gate.ts'
import { cliProgram, sandbox } from '../fixture/sandbox.ts'
import { until } from '../fixture/until.ts'

t.test('stop ends the whole tree, those who left its session too', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': 'a\n' })
  const gates = ['command', 'child', 'away', 'orphan'].map((name) => gate(world, name))
  const [command, child, away, orphan] = gates as [Gate, Gate, Gate, Gate]
  await repo.exp(
    'add',
    '-n',
    'tree',
    '-c',
    `sh -c '${child.program} & wait' & sh -c 'setsid ${away.program}' &
     (setsid sh -c '${orphan.program} &' &); ${command.wait}`,
  )
  const pids = await Promise.all(gates.map(({ reached }) => reached()))
  t.equal((await repo.exp('stop', 'tree')).exitCode, 0)
  t.equal((await repo.exp('wait', 'tree')).exitCode, 143)
  t.strictSame(pids.filter(isAlive), [])
  t.match((await repo.shown())[0], {
    state: 'stopped',
    reason: { code: 'user' },
    signal: 'SIGTERM',
  })
  t.match((await repo.exp('log', 'tree')).stdout, /stop was asked for/)
})

t.test('a run may end itself at TERM, and what it then leaves is kept', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': 'a\n' })
  const { program, reached } = gate(world)
  const script = `trap 'echo saving; echo b >b.txt; exit 0' TERM; ${program} & wait $!`
  await repo.exp('add', '-n', 'kind', '-c', script)
  await reached()
  await repo.exp('stop', 'kind')
  await repo.exp('wait', 'kind')
  const [shown] = await repo.shown()
  t.match(shown, { state: 'stopped', exit_code: 0, signal: null })
  t.match((await repo.exp('log', 'kind')).stdout, /^saving$/m)
  t.equal(await repo.git('show', `${shown?.result}:b.txt`), 'b')
})

t.test('who does not heed TERM is killed when the grace is over', async (t) => {
  const world = sandbox(t)
  await world.config('exp.grace', '1s')
  const repo = await world.repository({ 'a.txt': 'a\n' })
  const { program, reached, arrivals } = gate(world)
  const deaf = gate(world, 'deaf')
  await repo.exp(
    'add',
    '-n',
    'deaf',
    '-c',
    `trap '' TERM; ${deaf.program} & trap 'echo heard' TERM; while :; do ${program}; done`,
  )
  const pids = [await reached(), await deaf.reached()]
  await repo.exp('stop', 'deaf')
  t.equal((await repo.exp('wait', 'deaf')).exitCode, 143)
  t.strictSame([...pids, ...arrivals()].filter(isAlive), [])
  t.match((await repo.shown())[0], { state: 'stopped', signal: 'SIGKILL' })
  t.match((await repo.exp('log', 'deaf')).stdout, /^heard$/m)
})

t.test('stopped while it waits, an experiment never starts', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': 'a\n' })
  const { wait, reached, open, arrivals } = gate(world)
  await repo.exp('add', '-n', 'first', '-c', wait)
  await reached()
  await repo.exp('add', '-n', 'second', '-c', wait)
  await repo.exp('stop', 'second')
  t.match((await repo.shown())[0], { state: 'stopped', attempt: 0, reason: { code: 'user' } })
  open()
  t.equal((await repo.exp('wait', 'first')).exitCode, 0)
  t.equal((await repo.exp('wait', 'second')).exitCode, 143)
  t.equal(arrivals().length, 1)
})

t.test('^C of `git exp run` stops that experiment and no other', async (t) => {
  const world = sandbox(t)
  await world.config('exp.jobs', '2')
  const repo = await world.repository({ 'a.txt': 'a\n' })
  const other = gate(world, 'other')
  await repo.exp('add', '-n', 'other', '-c', other.wait)
  await other.reached()
  const own = gate(world, 'own')
  const args = [cliProgram, 'run', '-n', 'own', '-c', `echo begun; ${own.wait}`]
  const run = spawn(process.execPath, args, { cwd: repo.path, env: world.env, stdio: 'pipe' })
  let said = ''
  for (const stream of [run.stdout, run.stderr]) stream.on('data', (chunk) => (said += chunk))
  const pid = await own.reached()
  await until('the log is followed', () => said.includes('begun'))
  run.kill('SIGINT')
  t.strictSame(await once(run, 'exit'), [130, null])
  t.notOk(isAlive(pid))
  t.match(said, /own stopped/)
  const states = Object.fromEntries((await repo.shown()).map(({ name, state }) => [name, state]))
  t.strictSame(states, { own: 'stopped', other: 'running' })
  other.open()
  t.equal((await repo.exp('wait', 'other')).exitCode, 0)
})

t.test('`daemon stop --kill` stops the runs of every repository first', async (t) => {
  const world = sandbox(t)
  await world.config('exp.jobs', '2')
  const repos = [await world.repository({}, 'one'), await world.repository({}, 'two')]
  const { wait, reached, arrivals } = gate(world)
  for (const repo of repos) await repo.exp('add', '-c', wait)
  await reached()
  await until('both run', () => arrivals().length === 2)
  t.equal((await world.exp(['daemon', 'stop', '--kill'])).exitCode, 0)
  t.strictSame(arrivals().filter(isAlive), [])
  t.match(readFileSync(world.places.daemonLog, 'utf8'), /down live=0/)
  for (const repo of repos) t.match(await repo.shown(), [{ state: 'stopped' }])
})
