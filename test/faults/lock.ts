import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import t from 'tap'
import { takeLock } from '../../daemon/lock.ts'
import { openHistory } from '../../lib/history.ts'
import { program } from '../../lib/package.ts'
import { makePlaces, type Places } from '../../lib/places.ts'
import { identify, isAlive, printIdentity } from '../../lib/process-identity.ts'
import { findDaemon } from '../../lib/start-daemon.ts'
import { type Call, type Sandbox, sandbox } from '../fixture/sandbox.ts'
import { until } from '../fixture/until.ts'

/** Runs the daemon itself, in the foreground; gives back how it ended. */
const daemon = (world: Sandbox): Promise<Call> =>
  world.run(process.execPath, [program('daemon/main')])

const hinted = ({ places }: Sandbox) =>
  until('a daemon is up', () => {
    const identity = findDaemon(places)
    return identity !== null && recorded(places)?.pid === identity.pid ? identity : null
  })

/** The daemon that the database knows. */
const recorded = (places: Places) => {
  const history = openHistory(places)
  const identity = history?.daemon()?.identity
  history?.close()
  return identity
}

const isRoot = process.getuid?.() === 0

t.test('of daemons that start at once, one stays and the others go in peace', async (t) => {
  const world = sandbox(t)
  const ended: Call[] = []
  const all = Array.from({ length: 3 }, () =>
    daemon(world).then((call) => {
      ended.push(call)
    }),
  )
  await until('two have gone', () => ended.length === 2)
  for (const { exitCode, stderr } of ended) {
    t.equal(exitCode, 0)
    t.match(stderr, /another daemon is running/)
    t.notMatch(stderr, / up /)
  }
  const winner = await hinted(world)
  process.kill(winner.pid, 'SIGTERM')
  await Promise.all(all)
  t.equal(ended[2]?.exitCode, 0)
  t.match(ended[2]?.stderr, / up .*\n.* down /s)
  t.equal(findDaemon(world.places), null)
})

t.test('a restart has its jobs, though another daemon waits for the lock', async (t) => {
  const world = sandbox(t)
  await world.exp(['daemon', 'start'])
  const { home } = world.places
  const other = spawn(process.execPath, [program('daemon/main')], { env: world.env, cwd: '/' })
  const opened = (): boolean =>
    fs
      .readdirSync(`/proc/${other.pid}/fd`)
      .some((fd) => fs.readlinkSync(`/proc/${other.pid}/fd/${fd}`) === join(home, 'daemon.lock'))
  if (process.platform === 'linux') {
    await until('the other waits', () => {
      try {
        return opened()
      } catch {
        return other.exitCode !== null
      }
    })
  }
  const { exitCode, stderr } = await world.exp(['daemon', 'restart', '--jobs', '3'])
  t.equal(exitCode, 0, stderr)
  const { stdout } = await world.exp(['daemon', 'status', '--json'])
  t.equal(JSON.parse(stdout).jobs, 3)
  if (other.exitCode === null) await once(other, 'exit')
})

t.test('commands that start a daemon at once start one', async (t) => {
  const world = sandbox(t)
  const calls = await Promise.all(Array.from({ length: 3 }, () => world.exp(['daemon', 'start'])))
  t.strictSame(
    calls.map(({ exitCode }) => exitCode),
    [0, 0, 0],
  )
  await hinted(world)
  const log = fs.readFileSync(world.places.daemonLog, 'utf8')
  t.equal(log.match(/ up pid=/g)?.length, 1)
})

t.test('a lock is held by one, and free when its holder is gone', async (t) => {
  const world = sandbox(t)
  const found = makePlaces(world.places)
  const held = takeLock(found.lock)
  t.not(held, null)
  const { exitCode, stderr } = await daemon(world)
  t.equal(exitCode, 0)
  t.match(stderr, /another daemon is running/)
  held?.close()
  const again = takeLock(found.lock)
  t.not(again, null)
  again?.close()
})

t.test('a daemon that is killed leaves the lock to the next', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': '1\n' })
  await repo.exp('daemon', 'start')
  const first = await hinted(world)
  process.kill(first.pid, 'SIGKILL')
  await until('it is gone', () => !isAlive(first))
  t.match((await repo.exp('daemon', 'status')).stdout, /is not running/)
  const run = await repo.exp('run', '-n', 'mine', '--', 'true')
  t.equal(run.exitCode, 0, run.stderr)
  t.not((await hinted(world)).pid, first.pid)
  t.match((await repo.exp('doctor')).stdout, /^ok {5}daemon: runs/m)
})

t.test('a hint that is stale, empty, garbage or of another process is not believed', async (t) => {
  const world = sandbox(t)
  const { hint } = makePlaces(world.places)
  const stranger = spawn('sleep', ['600'])
  t.teardown(async () => {
    stranger.kill('SIGKILL')
  })
  await once(stranger, 'spawn')
  const other = identify(stranger.pid ?? 0)
  if (other === null) throw new Error('the stranger is not found')
  for (const [what, text] of [
    ['empty', ''],
    ['garbage', '\0\u0001\ufffd garbage \n\n'],
    ['a bare pid', `${other.pid}\n`],
    ['of a dead process', printIdentity({ ...other, pid: 4_194_303 })],
    ['of a later process of that pid', printIdentity({ ...other, start: '1' })],
    ['of another boot', printIdentity({ ...other, boot: 'another' })],
  ] as const) {
    fs.writeFileSync(hint, text)
    const stop = await world.exp(['daemon', 'stop'])
    t.equal(stop.exitCode, 0, what)
    t.match(stop.stderr, /the daemon is not running/, what)
    const start = await world.exp(['daemon', 'start'])
    t.equal(start.exitCode, 0, `${what}: ${start.stderr}`)
    t.ok(isAlive(await hinted(world)), what)
    t.equal((await world.exp(['daemon', 'stop'])).exitCode, 0)
    t.notOk(fs.existsSync(hint), 'a daemon that ends takes its hint with it')
  }
  t.ok(isAlive(other), 'the stranger was left alone')
})

t.test('tables of a newer version are refused in words and left as they are', async (t) => {
  const world = sandbox(t)
  const { database } = makePlaces(world.places)
  await world.exp(['daemon', 'start'])
  await world.exp(['daemon', 'stop'])
  const db = new Database(database)
  db.pragma('user_version = 99')
  db.close()
  const before = fs.readFileSync(database)
  const { exitCode, stderr } = await daemon(world)
  t.equal(exitCode, 1)
  t.match(stderr, / failed error=".*queue\.db was written by a newer git-exp \(version 99 of its/)
  t.notMatch(stderr, /\n {4}at |\\n {4}at /)
  t.notMatch(stderr, / up /)
  t.ok(fs.readFileSync(database).equals(before))
  const start = await world.exp(['daemon', 'start'])
  t.equal(start.exitCode, 1)
  t.match(start.stderr, /newer git-exp/)
})

t.test(
  'a state folder it cannot read is told plainly',
  { skip: isRoot && 'root reads it' },
  async (t) => {
    const world = sandbox(t)
    const { home } = makePlaces(world.places)
    fs.chmodSync(home, 0o000)
    t.teardown(async () => fs.chmodSync(home, 0o700))
    const { exitCode, stderr } = await daemon(world)
    t.equal(exitCode, 1)
    t.match(stderr, / failed error="the state folder .*state cannot be used: EACCES/)
    t.notMatch(stderr, /\\n {4}at /)
  },
)

t.test('a spool that is removed under the daemon is made and watched again', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': '1\n' })
  const spool = join(world.places.home, 'spool')
  const runs = async (name: string) => {
    await repo.exp('add', '-n', name, '--', 'true')
    await until(`${name} has run`, async () =>
      (await repo.shown()).some((one) => one.name === name && one.state === 'succeeded'),
    )
  }
  await runs('first')
  const { pid } = await hinted(world)
  fs.rmdirSync(world.places.spool.new)
  await runs('second')
  fs.renameSync(spool, join(world.folder, 'away'))
  await runs('third')
  t.equal((await hinted(world)).pid, pid, 'by the same daemon')
})
