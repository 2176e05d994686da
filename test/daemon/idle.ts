import fs from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { Daemon } from '../../daemon/daemon.ts'
import { retire } from '../../daemon/idle.ts'
import { packageRoot } from '../../lib/package.ts'
import { makePlaces } from '../../lib/places.ts'
import { findDaemon, readHint } from '../../lib/start-daemon.ts'
import { isAlive } from '../fixture/daemon-process.ts'
import { gate } from '../fixture/gate.ts'
import { sandbox } from '../fixture/sandbox.ts'
import { until } from '../fixture/until.ts'

t.test('a daemon without work ends by itself, and no ticket is lost by it', async (t) => {
  const world = sandbox(t)
  await world.config('exp.idleExit', '0s')
  const repo = await world.repository({ 'a.txt': '1\n' })
  // Each comes while the daemon of the one before is about to end, or has just ended.
  for (let i = 0; i < 3; i++) {
    const { exitCode, stderr } = await repo.exp('run', '--', 'true')
    t.equal(exitCode, 0, stderr)
  }
  await until('it has ended', () => findDaemon(world.places) === null)
  t.match(fs.readFileSync(world.places.daemonLog, 'utf8'), / idle minutes=0\n.* down /)
  const { wait, reached, open } = gate(world)
  await repo.exp('add', '-n', 'long', '-c', wait)
  await reached()
  t.not(findDaemon(world.places), null, 'it stays while something runs')
  open()
  t.equal((await repo.exp('wait', 'long')).exitCode, 0)
})

t.test('a ticket of the last moment keeps it', async (t) => {
  const { places } = sandbox(t)
  makePlaces(places)
  let announced = 0
  const daemon = {
    places,
    runs: { size: 0 },
    queue: { waiting: () => 0 },
    cluster: { isBusy: () => false },
    announce: () => announced++,
  } as unknown as Daemon
  fs.writeFileSync(places.hint, 'it')
  t.equal(retire(daemon), true)
  t.notOk(fs.existsSync(places.hint))
  fs.writeFileSync(join(places.spool.new, '1-ticket'), 'a ticket')
  t.equal(retire(daemon), false)
  t.equal(announced, 1)
})

t.test('an older daemon is followed by a newer one, and its run goes on', async (t) => {
  const world = sandbox(t)
  await world.config('exp.jobs', '2')
  const repo = await world.repository({ 'a.txt': '1\n' })
  const older = join(world.folder, 'older')
  fs.mkdirSync(older)
  for (const part of ['dist', 'schema.sql']) {
    fs.cpSync(join(packageRoot(), part), join(older, part), { recursive: true })
  }
  fs.symlinkSync(join(packageRoot(), 'node_modules'), join(older, 'node_modules'))
  fs.writeFileSync(join(older, 'package.json'), '{"type": "module", "version": "0.0.9"}')
  const { wait, reached, open } = gate(world)
  const cli = join(older, 'dist/cli/main.cjs')
  await world.run(process.execPath, [cli, 'add', '-n', 'long', '-c', wait], { cwd: repo.path })
  await reached()
  const before = readHint(world.places)
  t.equal(before?.version, '0.0.9')

  const added = await repo.exp('run', '-n', 'short', '--', 'true')
  t.equal(added.exitCode, 0, added.stderr)
  const after = readHint(world.places)
  t.match(after?.version, /^[1-9]|^0\.[1-9]/)
  t.not(after?.identity.pid, before?.identity.pid)
  t.notOk(isAlive(before?.identity.pid ?? 0))
  open()
  t.equal((await repo.exp('wait', 'long')).exitCode, 0)
  const { pid } = after?.identity ?? {}
  await world.run(process.execPath, [cli, 'add', '--', 'true'], { cwd: repo.path })
  t.equal(readHint(world.places)?.identity.pid, pid, 'an older one leaves a newer daemon be')
})
