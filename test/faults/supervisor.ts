import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import t from 'tap'
import type { Orders } from '../../daemon/supervision.ts'
import { isAlive, supervisorOf } from '../fixture/daemon-process.ts'
import { gate } from '../fixture/gate.ts'
import { runScript } from '../fixture/run-script.ts'
import { cliProgram, sandbox } from '../fixture/sandbox.ts'

t.test('a run ends as its command does', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': 'a\n' })
  for (const [script, exitCode, end] of [
    ['exit 0', 0, { state: 'succeeded', exit_code: 0, signal: null, reason: null }],
    ['exit 1', 1, { state: 'failed', exit_code: 1, reason: { code: 'exit' } }],
    // A command may end with the codes that shells and git exp give for trouble of their own.
    ['exit 125', 125, { state: 'failed', exit_code: 125, signal: null }],
    ['exit 127', 127, { state: 'failed', exit_code: 127, signal: null }],
    ['exit 137', 137, { state: 'failed', exit_code: 137, signal: null }],
    ['exit 255', 255, { state: 'failed', exit_code: 255, signal: null }],
    ['kill -KILL $$', 137, { state: 'failed', exit_code: null, signal: 'SIGKILL' }],
    ['kill -TERM $$', 143, { state: 'failed', signal: 'SIGTERM', reason: { code: 'signal' } }],
    ['kill -INT $$', 130, { state: 'failed', signal: 'SIGINT', reason: { code: 'signal' } }],
  ] as const) {
    const ran = await runScript(repo, `echo here; ${script}`)
    t.equal(ran.exitCode, exitCode, script)
    t.match(ran.experiment, end, script)
    t.equal(ran.output, 'here\n')
  }
})

t.test('a command that cannot be started is refused, with the reason in the log', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'plain.txt': 'a\n' })
  for (const [command, reason, code] of [
    ['no-such-command', /no-such-command: there is no such command on the PATH/, 'not-found'],
    ['./absent.sh', /absent\.sh: there is no such file/, 'not-found'],
    ['./plain.txt', /plain\.txt: it is not executable/, 'not-executable'],
  ] as const) {
    const { exitCode, stdout } = await repo.exp('run', '--', command)
    t.equal(exitCode, 125)
    t.match(stdout, reason)
    const [shown] = await repo.shown()
    t.match(shown, { state: 'refused', reason: { code, text: reason }, started: null })
  }
})

t.test('arguments reach the command as they were typed', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'show.sh': '#!/bin/sh\nprintf "<%s>" "$@"\n' })
  await world.run('chmod', ['+x', 'show.sh'], { cwd: repo.path })
  const odd = ['', 'two words', "it's", '"$HOME"', '*', '--', '-n', 'line\nbreak', 'ü', '`id`;\\']
  const { stdout } = await repo.exp('run', '--', './show.sh', ...odd)
  t.match(stdout, odd.map((word) => `<${word}>`).join(''))
})

t.test('setup comes before the command, and its failure is the run’s', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': 'a\n' })
  const good = await runScript(repo, 'cat made', '--setup', 'echo setup; echo made >made')
  t.equal(good.output, 'setup\nmade\n')
  const bad = await runScript(repo, 'echo command', '--setup', 'echo setup; exit 3')
  t.equal(bad.output, 'setup\n')
  t.equal(bad.exitCode, 3)
  t.match(bad.experiment, {
    state: 'failed',
    exit_code: 3,
    reason: { text: 'setup exited with 3' },
  })
})

t.test('a timeout ends setup and command, and is said to have done so', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': 'a\n' })
  const { wait } = gate(world)
  const late = ['--timeout', '300ms']
  const command = await runScript(repo, `echo begun; ${wait}`, ...late)
  t.equal(command.exitCode, 124)
  t.match(command.experiment, { state: 'timed-out', reason: { code: 'timeout' } })
  t.match(command.log, /begun\n\[git exp\] the time is over: 0\.3 s\n/)
  const setup = await runScript(repo, 'echo command', '--setup', `echo begun; ${wait}`, ...late)
  t.match(setup.experiment, { state: 'timed-out', started: null })
  t.equal(setup.output, 'begun\n')
})

t.test('what a run leaves in the background holds nothing up, and is ended', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': 'a\n' })
  const { program, arrivals } = gate(world)
  // The child holds the run's output open, and nobody ever opens its gate.
  const script = `${program} & while [ ! -s ${program}.arrivals ]; do :; done; echo end`
  const { experiment, output, log } = await runScript(repo, script)
  t.match(experiment, { state: 'succeeded' })
  t.equal(output, 'end\n')
  t.match(log, /1 processes that the run left were ended/)
  t.strictSame(arrivals().map(isAlive), [false])
})

t.test(
  'a run is a session of its own without a terminal, and its supervisor is small',
  async (t) => {
    const world = sandbox(t)
    const repo = await world.repository({ 'a.txt': 'a\n' })
    const { wait, reached, open } = gate(world)
    const { stdout } = await repo.exp('add', '--json', '-c', wait)
    const [{ id }] = JSON.parse(stdout)
    const command = await reached()
    const session = (pid: number): number =>
      Number(
        readFileSync(`/proc/${pid}/stat`, 'utf8')
          .replace(/^.*\) /, '')
          .split(' ')[3],
      )
    const supervisor = supervisorOf(world, { id })
    t.equal(session(command), command)
    t.equal(session(supervisor), supervisor)
    const megabytes = (file: string, field: string): string => {
      const text = readFileSync(`/proc/${supervisor}/${file}`, 'utf8')
      const kilobytes = [...text.matchAll(new RegExp(`^${field}:\\s+(\\d+) kB`, 'gm'))]
      return (kilobytes.reduce((sum, [, kb]) => sum + Number(kb), 0) / 1024).toFixed(1)
    }
    t.comment(
      `supervisor: ${megabytes('status', 'RssAnon')} MB anonymous, ${megabytes('smaps_rollup', 'Private_\\w+')} MB private`,
    )
    open()
    t.equal((await repo.exp('wait', id)).exitCode, 0)
  },
)

t.test(
  'a supervisor whose orders do not come whole, or that is not the first, starts nothing',
  async (t) => {
    const { folder, env } = sandbox(t)
    const program = join(cliProgram, '../../daemon/supervisor.cjs')
    const started = join(folder, 'started')
    const orders: Orders = {
      argv: ['touch', started],
      cwd: folder,
      layers: null,
      env: { PATH: `${env.PATH}` },
      setup: null,
      timeoutMs: null,
      graceMs: 0,
      maxLogBytes: 1000,
      hasGpus: false,
    }
    const supervise = async (name: string, input: string): Promise<{ is: string } | null> => {
      const attempt = join(folder, name)
      mkdirSync(attempt, { recursive: true })
      await execa(process.execPath, [program, attempt], { input, env, extendEnv: false })
      const outcome = join(attempt, 'outcome')
      return existsSync(outcome) ? JSON.parse(readFileSync(outcome, 'utf8')) : null
    }
    for (const input of ['', '{"argv"', JSON.stringify(orders)]) {
      const outcome = await supervise(`attempt-${input.length}`, input)
      t.strictSame(outcome, { is: 'not-started', stopAsked: false }, input)
    }
    t.notOk(existsSync(started))
    t.match(await supervise('whole', `${JSON.stringify(orders)}\n`), { is: 'exited' })
    t.ok(existsSync(started))

    // Nor does one that comes up second in an attempt.
    rmSync(started)
    rmSync(join(folder, 'whole/outcome'))
    t.equal(await supervise('whole', `${JSON.stringify(orders)}\n`), null)
    t.notOk(existsSync(started))
  },
)
