import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import { findDaemon } from '../../lib/start-daemon.ts'
import { cliProgram, sandbox } from '../fixture/sandbox.ts'
import { until } from '../fixture/until.ts'

const daemonProgram = join(dirname(cliProgram), '..', 'daemon', 'main.cjs')

/** A user namespace has limits of its own, so that no other process of this user is in need. */
const none = 'echo 0 >/proc/sys/user/max_inotify_instances'
const isLimited = spawnSync('unshare', ['-Ur', 'sh', '-c', none]).status === 0
const skip = isLimited ? false : 'this system has no user namespaces to try it in'

t.test('where no inotify is left the spool is looked at every second', { skip }, async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ a: '1' })
  // The state folder is made first: inside the namespace its owner goes by another number.
  t.equal((await repo.exp('status')).exitCode, 0)
  const script = `${none}; exec "$0" "$1" >>"$2" 2>&1`
  const args = ['-Ur', 'sh', '-c', script, process.execPath, daemonProgram, world.places.daemonLog]
  const child = spawn('unshare', args, { env: world.env, stdio: 'ignore', cwd: '/' })
  t.teardown(() => child.kill('SIGKILL'))
  await until('the daemon is up', () => findDaemon(world.places) !== null)
  await until('it says so', () =>
    /watch .*next="?polling/.test(readFileSync(world.places.daemonLog, 'utf8')),
  )
  const ran = await repo.exp('run', '--', 'true')
  t.equal(ran.exitCode, 0, ran.stderr)
  t.equal(findDaemon(world.places)?.pid, child.pid, 'by that daemon')
  t.ok(existsSync(world.places.spool.new))
})
