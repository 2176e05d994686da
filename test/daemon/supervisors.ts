import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { Supervisors } from '../../daemon/start-supervisor.ts'
import { type Orders, readOutcome } from '../../daemon/supervision.ts'
import { isAlive } from '../fixture/daemon-process.ts'
import { sandbox } from '../fixture/sandbox.ts'
import { until } from '../fixture/until.ts'

/** Supervisors, and what starts attempts under them. */
const world = (t: Parameters<typeof sandbox>[0]) => {
  const { folder, env } = sandbox(t)
  const supervisors = new Supervisors()
  // A daemon has more to live for than its supervisors.
  const life = setInterval(() => {}, 60_000)
  t.teardown(async () => clearInterval(life))
  const attempt = (name: string): string => {
    const path = join(folder, `${name} "of"\n many`)
    mkdirSync(path)
    return path
  }
  const orders = (script: string, setup: string | null = null): Orders => ({
    argv: ['/bin/sh', '-c', script],
    cwd: folder,
    layers: null,
    env: { PATH: `${env.PATH}`, GIT_EXP_ID: 'none' },
    setup,
    timeoutMs: null,
    graceMs: 0,
    maxLogBytes: 100_000,
    hasGpus: false,
  })
  const run = async (name: string, given: Orders) => {
    const path = attempt(name)
    const supervisor = await supervisors.start(path)
    supervisor.give(given)
    await supervisor.ended
    const outcome = readOutcome(path)
    return { supervisor, outcome, log: readFileSync(join(path, 'log'), 'utf8') }
  }
  return { supervisors, attempt, orders, run }
}

t.test('a supervisor takes the next run after a short one, and none after a signal', async (t) => {
  const { supervisors, attempt, orders, run } = world(t)
  // What Node has for pipes are sockets, which cannot be opened by these names.
  const speaking = 'echo out >/dev/stdout; echo err >/dev/stderr; echo more'
  const first = await run('first', orders(speaking, 'echo setup'))
  t.match(first.outcome, { is: 'exited', exitCode: 0, phase: 'running' })
  t.equal(first.log, 'setup\nout\nerr\nmore\n')
  first.supervisor.release()

  const second = await run('second', orders('echo second; exit 3'))
  t.equal(second.supervisor.progress.pid, first.supervisor.progress.pid)
  t.match(second.outcome, { is: 'exited', exitCode: 3 })
  t.equal(second.log, 'second\n', 'each has its own log')
  second.supervisor.release()

  const missing = await run('missing', orders('true', '/nowhere/at/all'))
  t.match(missing.outcome, { is: 'exited', exitCode: 127, phase: 'setup' })
  t.equal(missing.supervisor.progress.pid, first.supervisor.progress.pid)
  missing.supervisor.release()

  const stopped = await supervisors.start(attempt('stopped'))
  t.equal(stopped.progress.pid, first.supervisor.progress.pid)
  stopped.give(orders('exec sleep 1000'))
  process.kill(stopped.progress.pid, 'SIGTERM')
  await stopped.ended
  await until('it has ended', () => !isAlive(stopped.progress.pid))
  stopped.release()

  const fresh = await run('fresh', orders('true'))
  t.not(fresh.supervisor.progress.pid, first.supervisor.progress.pid)
  fresh.supervisor.release()
  process.kill(fresh.supervisor.progress.pid, 'SIGKILL')
  const after = await run('after', orders('echo after'))
  t.equal(after.log, 'after\n', 'a spare one that has died is no loss')
  after.supervisor.release()
  supervisors.foresee()
  const same = await run('same', orders('true'))
  t.equal(same.supervisor.progress.pid, after.supervisor.progress.pid, 'one that is there will do')
  same.supervisor.release()
  supervisors.dismissSpare()
  await until('the spare one has ended', () => !isAlive(after.supervisor.progress.pid))

  supervisors.foresee()
  const foreseen = await run('foreseen', orders('echo foreseen'))
  t.match(foreseen.outcome, { is: 'exited', exitCode: 0 })
  t.equal(foreseen.log, 'foreseen\n', 'one that was started before there was a run takes it')
  const { pid } = foreseen.supervisor.progress
  const words = execFileSync('ps', ['-o', 'args=', '-p', `${pid}`]).toString()
  t.match(words, /supervisor/)
  t.notMatch(words, /foreseen/)
  foreseen.supervisor.dismiss()
  supervisors.foresee()
  supervisors.dismissSpare()
  const last = await run('last', orders('echo last'))
  t.equal(last.log, 'last\n')
  last.supervisor.dismiss()
})

t.test('of those without a run one stays for the next', async (t) => {
  const { supervisors, orders, run } = world(t)
  const both = await Promise.all(['one', 'other'].map((name) => run(name, orders('true'))))
  for (const { supervisor } of both) supervisor.release()
  const pids = both.map(({ supervisor }) => supervisor.progress.pid)
  supervisors.restSpare()
  await until('one has ended', () => pids.filter(isAlive).length === 1)
  const next = await run('next', orders('true'))
  t.ok(pids.includes(next.supervisor.progress.pid))
  next.supervisor.release()
  supervisors.dismissSpare()
  await until('none is left', () => !pids.some(isAlive))
})
