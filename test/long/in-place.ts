import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { KILL_POINTS } from '../../daemon/executors/in-place.ts'
import { crashDaemon, isAlive, supervisorOf } from '../fixture/daemon-process.ts'
import { gate } from '../fixture/gate.ts'
import { listing } from '../fixture/listing.ts'
import {
  type Sandbox,
  type ShownExperiment,
  sandbox,
  type TestRepository,
} from '../fixture/sandbox.ts'
import { until } from '../fixture/until.ts'

const FILES = { 'a.yaml': 'lr: 0.1\n', 'sub/b.json': '{"n": 1}\n', kept: 'as it was\n' }
const OVERRIDES = ['-S', 'a.yaml:lr=0.5', '-S', 'sub/b.json:n=2']

const inPlace = async (repo: TestRepository, script: string): Promise<ShownExperiment> => {
  const { stdout, stderr } = await repo.exp(
    'add',
    '--in-place',
    '--json',
    ...OVERRIDES,
    '-c',
    script,
  )
  if (stdout === '') throw new Error(stderr)
  return (JSON.parse(stdout) as [ShownExperiment])[0]
}

const find = async (repo: TestRepository, id: string): Promise<ShownExperiment | undefined> =>
  (await repo.shown()).find((one) => one.id === id)

const undoRefs = (repo: TestRepository): Promise<string> =>
  repo.git('for-each-ref', 'refs/git-exp/undo')

/** A daemon that is killed at a point of preparing the workspace. */
const dieAt = async (world: Sandbox, point: string): Promise<void> => {
  const program = join(import.meta.dirname, '../fixture/die-in-place.ts')
  const { stderr } = await world.run(process.execPath, [program, point])
  if (!stderr.includes('SIGKILL')) throw new Error(`it did not die at ${point}: ${stderr}`)
}

const takeOvers = ({ places }: Sandbox): number =>
  readFileSync(places.daemonLog, 'utf8').split('requeue').length - 1

t.test('a daemon killed while it prepares leaves a workspace that is put back', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository(FILES)
  const busy = gate(world)
  const count = join(world.folder, 'count')
  await repo.exp('add', '-c', busy.wait)
  await busy.reached()
  const { id } = await inPlace(repo, `cat a.yaml sub/b.json; echo x >>'${count}'`)
  await until('it is taken in', async () => (await find(repo, id))?.number)
  const before = listing(repo.path)
  for (const [i, point] of KILL_POINTS.entries()) {
    await crashDaemon(world)
    await dieAt(world, point)
    if (point === 'written') {
      t.equal(repo.read('a.yaml'), 'lr: 0.5\n')
      t.equal((await repo.exp('undo')).exitCode, 0)
      t.strictSame(listing(repo.path), before, 'undo needs no daemon')
    }
    await repo.exp('daemon', 'start')
    await until('it is put back', () => takeOvers(world) === i + 1)
    t.strictSame(listing(repo.path), before, point)
  }
  busy.open()
  t.equal((await repo.exp('wait', id)).exitCode, 0)
  t.match(await find(repo, id), { state: 'succeeded', attempt: 1 })
  t.equal(readFileSync(count, 'utf8'), 'x\n')
  t.strictSame(listing(repo.path), before)
})

t.test('what the user edits after a crash is neither overwritten nor run', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository(FILES)
  const busy = gate(world)
  await repo.exp('add', '-c', busy.wait)
  await busy.reached()
  const { id } = await inPlace(repo, 'true')
  await until('it is taken in', async () => (await find(repo, id))?.number)
  await crashDaemon(world)
  await dieAt(world, 'written')
  repo.write('a.yaml', 'lr: 7\n')
  await repo.exp('daemon', 'start')
  busy.open()
  t.equal((await repo.exp('wait', id)).exitCode, 125)
  t.equal(repo.read('a.yaml'), 'lr: 7\n')
  const end = await find(repo, id)
  t.match(end, { state: 'refused', started: null, reason: { code: 'workspace-changed' } })
  t.match(end?.reason?.text, /since it was queued: a\.yaml;/)
  t.match(readFileSync(`${end?.log}`, 'utf8'), /a\.yaml was changed meanwhile and was left/)
  t.not(await undoRefs(repo), '', 'the old one can still be brought back')
})

t.test('whoever is killed while it runs, the overridden files are put back', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository(FILES)
  const before = listing(repo.path)
  const first = gate(world, 'first')
  const one = await inPlace(repo, `echo b >made; ${first.wait}`)
  const command = await first.reached()
  const supervisor = supervisorOf(world, one)
  await crashDaemon(world)
  process.kill(supervisor, 'SIGKILL')
  await until('the supervisor is gone', () => !isAlive(supervisor))
  t.equal(repo.read('a.yaml'), 'lr: 0.5\n')
  await repo.exp('daemon', 'start')
  t.equal((await repo.exp('wait', one.id)).exitCode, 125)
  t.notOk(isAlive(command))
  const lost = await find(repo, one.id)
  t.match(lost, { state: 'lost' })
  t.equal(await repo.git('show', `${lost?.result}:a.yaml`), 'lr: 0.5', 'with what ran')
  t.strictSame(listing(repo.path), { ...before, made: 'file b\n' })
  t.equal((await repo.exp('undo')).exitCode, 0)
  t.strictSame(listing(repo.path), before)

  const second = gate(world, 'second')
  const two = await inPlace(repo, `echo b >made; ${second.wait}`)
  await second.reached()
  const supervises = supervisorOf(world, two)
  await crashDaemon(world)
  second.open()
  await until('the run is over', () => !isAlive(supervises))
  for (const part of ['', '-wal', '-shm']) {
    rmSync(world.places.database + part, { force: true })
  }
  await repo.exp('doctor', '--rebuild')
  t.equal((await repo.exp('wait', two.id)).exitCode, 0)
  t.match(await find(repo, two.id), { state: 'succeeded', executor: 'in-place' })
  t.strictSame(listing(repo.path), { ...before, made: 'file b\n' })
})
