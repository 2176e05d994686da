import { spawn, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import { spooled } from '../../lib/spool.ts'
import { findDaemon } from '../../lib/start-daemon.ts'
import { cliProgram, sandbox } from '../fixture/sandbox.ts'
import { until } from '../fixture/until.ts'

const daemonProgram = join(dirname(cliProgram), '..', 'daemon', 'main.cjs')
const hasStrace = spawnSync('strace', ['-e', 'trace=none', 'true']).status === 0
const skip = hasStrace ? false : 'strace is not here, or may not trace'

t.test('a ticket leaves the spool after its rows are on the disk', { skip }, async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ a: '1' })
  t.equal((await repo.exp('status')).exitCode, 0)
  const trace = join(world.folder, 'trace')
  const calls = 'trace=pwrite64,fsync,fdatasync,rename,renameat,renameat2'
  const tracer = spawn(
    'strace',
    ['-f', '-y', '-s', '0', '-e', calls, '-o', trace, process.execPath, daemonProgram],
    { env: world.env, stdio: 'ignore', cwd: '/' },
  )
  t.teardown(() => tracer.kill('SIGKILL'))
  const daemon = await until('the daemon is up', () => findDaemon(world.places))
  // One waits for the other, so that each is a scan, and so a transaction, of its own.
  for (const name of ['one', 'two', 'three']) {
    await repo.exp('add', '-n', name, '--', 'true')
    await until('it is taken in', () => spooled(world.places).length === 0)
  }
  process.kill(daemon.pid, 'SIGTERM')
  await new Promise((resolve) => tracer.once('close', resolve))

  let isDirty = false
  let syncs = 0
  const moves: { ticket: string; isSafe: boolean; syncs: number }[] = []
  for (const line of readFileSync(trace, 'utf8').split('\n')) {
    if (/pwrite64\(\d+<[^>]*queue\.db-wal>/.test(line)) isDirty = true
    if (/f(?:data)?sync\(\d+<[^>]*queue\.db-wal>/.test(line)) {
      isDirty = false
      syncs++
    }
    const move = /rename(?:at2?)?\(.*"[^"]*\/spool\/new\/([^"]+)", .*"[^"]*\/runs\//.exec(line)
    if (move !== null) moves.push({ ticket: move[1] ?? '', isSafe: !isDirty, syncs })
  }
  t.equal(new Set(moves.map(({ ticket }) => ticket)).size, 3, 'each ticket was moved')
  t.ok(
    moves.every(({ isSafe }) => isSafe),
    'with nothing of the database unsynced',
  )
  t.equal(new Set(moves.map((move) => move.syncs)).size, 3, 'and a sync of its own')
})
