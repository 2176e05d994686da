import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { processesMarked } from '../../scripts/test.ts'
import { crashDaemon, isAlive, supervisorOf } from '../fixture/daemon-process.ts'
import { gate } from '../fixture/gate.ts'
import { runScript } from '../fixture/run-script.ts'
import { sandbox } from '../fixture/sandbox.ts'
import { slotIn } from '../fixture/slots.ts'
import { until } from '../fixture/until.ts'

t.test('whoever leaves session and environment is ended, in a stop and after a loss', async (t) => {
  const world = sandbox(t)
  await world.config('exp.jobs', '2')
  const repo = await world.repository({ 'a.txt': 'a\n' })
  const path = `PATH='${world.env.PATH}'`
  for (const name of ['stopped', 'lost']) {
    const [command, bare, silent] = ['command', 'bare', 'silent'].map((own) =>
      gate(world, `${own}-${name}`),
    )
    // The first still writes where the run writes; the other was seen while it was its child.
    const script = `
      (env -i ${path} setsid ${bare?.program} &)
      env -i ${path} setsid sh -c 'while [ ! -e go ]; do sleep 0.01; done; exec ${silent?.program}' >/dev/null 2>&1 &
      ${command?.wait}`
    const { stdout } = await repo.exp('add', '--json', '-n', name, '-c', script)
    const [{ id }] = JSON.parse(stdout)
    const pids = [await command?.reached(), await bare?.reached()]
    const file = join(world.places.runs, id, '1', 'command')
    const { workplace } = JSON.parse(readFileSync(file, 'utf8'))
    appendFileSync(join(workplace, 'go'), '')
    pids.push(await silent?.reached())
    if (name === 'stopped') await repo.exp('stop', name)
    else process.kill(supervisorOf(world, { id }), 'SIGKILL')
    await repo.exp('wait', name)
    // Nobody remembers whom a dead supervisor has seen.
    const known = name === 'stopped' ? pids : pids.slice(0, 2)
    t.strictSame(
      known.filter((pid) => isAlive(pid ?? 0)),
      [],
      name,
    )
  }
})

t.test('a run that was paused goes on when it is released while no daemon lives', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ a: '1' })
  const { wait, reached, open } = gate(world)
  await repo.exp('add', '-n', 'long', '-c', wait)
  await reached()
  await repo.exp('hold', 'long')
  await crashDaemon(world)
  t.equal((await repo.exp('release', 'long')).exitCode, 0)
  open()
  t.equal((await repo.exp('wait', 'long')).exitCode, 0)
})

t.test('a paused run stands still, its time does not pass, and it can be stopped', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': 'a\n' })
  const { program, reached } = gate(world)
  const ticks = join(world.folder, 'ticks')
  const script = `(trap '' TERM; setsid ${program}) & while :; do echo x >>'${ticks}'; sleep 0.01; done`
  const { stdout } = await repo.exp('add', '--json', '-n', 'long', '--timeout', '4s', '-c', script)
  const [{ id }] = JSON.parse(stdout)
  const child = await reached()
  t.match(await repo.exp('hold', 'long'), { exitCode: 0, stderr: 'long is paused\n' })
  const stateOf = (pid: number) =>
    /^State:\s+(\w)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  await until('the child stands still', () => stateOf(child) === 'T')
  const before = readFileSync(ticks, 'utf8').length
  t.match((await repo.exp()).stdout, /long +paused for/)
  t.match((await repo.shown())[0], { state: 'running', phase: 'running', paused: true })
  // Longer than the time that is left.
  const until4s = performance.now() + 4500
  await until('the time would be over', () => performance.now() > until4s)
  t.equal(readFileSync(ticks, 'utf8').length, before)
  t.match(await repo.exp('release', 'long'), { stderr: 'long runs\n' })
  await until('it goes on', () => readFileSync(ticks, 'utf8').length > before)
  await repo.exp('hold', 'long')
  await until('it stands still again', () => stateOf(child) === 'T')
  await repo.exp('stop', 'long')
  t.equal((await repo.exp('wait', 'long')).exitCode, 143)
  t.match((await repo.shown())[0], {
    id,
    state: 'stopped',
    paused: false,
    signal: 'SIGTERM',
    reason: { text: 'stopped by git exp stop' },
  })
  t.notOk(isAlive(child))
})

t.test('a stop ends a checkout that hangs, and the slot is known to be half-way', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': 'a\n' })
  const slow = gate(world)
  await repo.git('config', 'filter.slow.smudge', `sh -c "${slow.wait}; cat"`)
  appendFileSync(join(repo.path, '.git/info/attributes'), 'a.txt filter=slow\n')
  await repo.exp('add', '-n', 'hangs', '--', 'true')
  const filter = await slow.reached()
  await repo.exp('stop', 'hangs')
  t.equal((await repo.exp('wait', 'hangs')).exitCode, 143)
  await until('the filter is gone', () => !isAlive(filter))
  t.ok(existsSync(slotIn(world, repo).dirtyMark))
  slow.open()
  const { experiment } = await runScript(repo, 'cat a.txt')
  t.match(experiment, { state: 'succeeded' })
})

t.test('a daemon that a run starts by a git exp of its own outlives the run', async (t) => {
  const world = sandbox(t)
  await world.config('exp.jobs', '2')
  const repo = await world.repository({ 'a.txt': 'a\n' })
  const { wait, reached, open } = gate(world)
  const cli = join(import.meta.dirname, '../../dist/cli/main.cjs')
  const nested = `'${process.execPath}' '${cli}' add --nested -n inner -- true`
  await repo.exp(
    'add',
    '-n',
    'outer',
    '-c',
    `${wait}; ${nested}; '${process.execPath}' '${cli}' wait inner`,
  )
  await reached()
  await repo.exp('daemon', 'stop')
  open()
  t.equal((await repo.exp('wait', 'outer')).exitCode, 0)
  t.equal((await repo.exp('wait', 'inner')).exitCode, 0)
})

t.test('a storm of processes is ended by a stop, whatever session they are in', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': 'a\n' })
  await world.config('exp.grace', '100ms')
  const born = join(world.folder, 'born')
  const storm = `trap '' TERM; while :; do (setsid sleep 600 &); echo x >>'${born}'; done`
  await repo.exp('add', '-n', 'storm', '-c', `(${storm}) & (${storm}) & wait`)
  await until('it blows', () => existsSync(born) && readFileSync(born, 'utf8').length > 100)
  const [storming] = await repo.shown()
  await repo.exp('stop', 'storm')
  t.equal((await repo.exp('wait', 'storm')).exitCode, 143)
  const left = processesMarked(`GIT_EXP_ID=${storming?.id}`)
  t.strictSame(left, [])
})
