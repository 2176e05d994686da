import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import t from 'tap'
import { openQueue } from '../../daemon/queue.ts'
import { crashDaemon, isAlive, supervisorOf } from '../fixture/daemon-process.ts'
import { gate } from '../fixture/gate.ts'
import { roomy } from '../fixture/queue.ts'
import { type ShownExperiment, sandbox, type TestRepository } from '../fixture/sandbox.ts'
import { until } from '../fixture/until.ts'

const queued = async (repo: TestRepository, script: string): Promise<ShownExperiment> => {
  const { stdout, stderr } = await repo.exp('add', '--json', '-c', script)
  if (stdout === '') throw new Error(stderr)
  return (JSON.parse(stdout) as [ShownExperiment])[0]
}

const ended = async (repo: TestRepository, id: string): Promise<ShownExperiment> => {
  const states = ['queued', 'running']
  const find = async () => (await repo.shown()).find((one) => one.id === id)
  return until('the experiment has ended', async () => {
    const found = await find()
    return found !== undefined && !states.includes(found.state) ? found : null
  })
}

const logOf = ({ log }: ShownExperiment): string => readFileSync(`${log}`, 'utf8')

t.test('a run outlives its daemon, and the next one records its true end', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': 'a\n' })
  const { wait, reached, open } = gate(world)
  const { id } = await queued(repo, `echo before; ${wait}; echo after; echo b >b.txt; exit 3`)
  await reached()
  await crashDaemon(world)
  await repo.exp('daemon', 'start')
  const log = world.places.daemonLog
  await until('it is taken over', () => readFileSync(log, 'utf8').includes('take-over'))
  t.match((await repo.shown())[0], { id, state: 'running', phase: 'running', attempt: 1 })
  open()
  const end = await ended(repo, id)
  t.match(end, { state: 'failed', exit_code: 3, attempt: 1, reason: { code: 'exit' } })
  t.match(logOf(end), /before\nafter\n/)
  t.equal(await repo.git('show', `${end.result}:b.txt`), 'b')
})

t.test('a run that ended while no daemon lived is recorded as it ended', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': 'a\n' })
  const { wait, reached, open } = gate(world)
  const { id } = await queued(
    repo,
    `echo before; ${wait}; echo after; echo '{"acc": 1}' >metrics.json`,
  )
  await reached()
  const supervisor = supervisorOf(world, { id })
  await crashDaemon(world)
  open()
  await until('the supervisor has ended', () => !isAlive(supervisor))
  await repo.exp('daemon', 'start')
  const end = await ended(repo, id)
  t.match(end, { state: 'succeeded', exit_code: 0, metrics: { 'metrics.json': { acc: 1 } } })
  t.match(logOf(end), /before\nafter\n/)
})

t.test('a daemon that ends by itself leaves its runs alone', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': 'a\n' })
  const { wait, reached, open } = gate(world)
  const { id } = await queued(repo, `${wait}; echo after`)
  const pid = await reached()
  t.equal((await repo.exp('daemon', 'stop')).exitCode, 0)
  t.ok(isAlive(pid))
  open()
  // Asking for the experiment starts a daemon again.
  t.equal((await repo.exp('wait', id)).exitCode, 0)
})

t.test('an experiment whose daemon died right after the claim runs once', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': 'a\n' })
  const { wait, reached, open } = gate(world)
  await queued(repo, wait)
  await reached()
  const count = join(world.folder, 'count')
  const { id } = await queued(repo, `echo x >>'${count}'`)
  await until('it is taken in', async () => (await repo.shown()).every(({ number }) => number))
  await crashDaemon(world)
  const database = new Database(world.places.database)
  t.equal(openQueue(database).claim(Date.now(), roomy)?.id, id)
  database.close()
  await repo.exp('daemon', 'start')
  open()
  t.match(await ended(repo, id), { state: 'succeeded', attempt: 1 })
  t.equal(readFileSync(count, 'utf8'), 'x\n')
})

t.test('a killed supervisor means lost, and nothing of the run lives on', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': 'a\n' })
  const command = gate(world)
  const child = gate(world, 'child')
  const away = gate(world, 'away')
  const { id } = await queued(
    repo,
    `echo before; echo b >b.txt
     sh -c "sh -c 'trap : TERM; ${child.wait}'" & setsid ${away.program} &
     ${command.wait}`,
  )
  const pids = [await command.reached(), await child.reached(), await away.reached()]
  t.strictSame(pids.filter(isAlive), pids)
  // What is still in the pipe when its reader dies is lost with it.
  await until('the log has it', async () => (await repo.exp('log', id)).stdout.includes('before\n'))
  process.kill(supervisorOf(world, { id }), 'SIGKILL')
  const end = await ended(repo, id)
  t.match(end, { state: 'lost', reason: { code: 'lost-supervisor' }, exit_code: null })
  t.strictSame(pids.filter(isAlive), [])
  t.match(logOf(end), /before\n/)
  t.equal(await repo.git('show', `${end.result}:b.txt`), 'b', 'what it left is kept')
  t.equal((await repo.exp('wait', id)).exitCode, 125)
})

t.test('after a restart of the machine a run is lost, and nobody is signalled', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': 'a\n' })
  const { wait, reached } = gate(world)
  const { id } = await queued(repo, `echo b >b.txt; ${wait}`)
  const bystander = await reached()
  const supervisor = supervisorOf(world, { id })
  await crashDaemon(world)
  world.env.GIT_EXP_TEST_BOOT = 'another'
  await repo.exp('daemon', 'start')
  const end = await ended(repo, id)
  t.match(end, { state: 'lost', reason: { code: 'lost-reboot' } })
  t.equal(await repo.git('show', `${end.result}:b.txt`), 'b')
  // Their numbers could be others' by now.
  t.ok(isAlive(bystander))
  t.ok(isAlive(supervisor))
  t.equal((await repo.exp('run', '--', 'true')).exitCode, 0)
})

t.test('an experiment stopped while its files are laid out never starts', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': 'a\n' })
  const slow = gate(world)
  t.teardown(slow.open)
  const count = join(world.folder, 'count')
  await repo.git('config', 'filter.slow.smudge', `sh -c "${slow.wait}; cat"`)
  appendFileSync(join(repo.path, '.git/info/attributes'), 'a.txt filter=slow\n')
  const { id } = await queued(repo, `echo x >>'${count}'`)
  await slow.reached()
  await repo.exp('stop', id)
  slow.open()
  t.match(await ended(repo, id), { state: 'stopped', started: null, reason: { code: 'user' } })
  t.equal((await repo.exp('run', '-c', `echo x >>'${count}'`)).exitCode, 0)
  t.equal(readFileSync(count, 'utf8'), 'x\n')
})
