// The supervisor of one run: a process of its own that outlives the daemon. It says that it is up,
// waits for its orders on stdin, starts the command in a session of its own, pumps the log, ends the
// command at its timeout or when told to by SIGTERM, and writes the outcome by rename. It loads
// nothing but Node and small files of ours, so that it stays small.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { replaceFile } from '../lib/files.ts'
import { identify, type ProcessIdentity } from '../lib/process-identity.ts'
import { type Ending, endProcesses } from './end-processes.ts'
import { findExecutable } from './find-executable.ts'
import { RunLog } from './run-log.ts'
import { type Orders, type Outcome, type Progress, readProgress } from './supervision.ts'

const DAY_MS = 86_400_000
const folder = process.argv[2] ?? ''
let stopAsked = false
let wake: () => void = () => {}
const stopped = new Promise<void>((resolve) => {
  wake = resolve
})
process.on('SIGTERM', () => {
  stopAsked = true
  wake()
})
// A closed terminal or a ^C there is no word to the supervisor; the daemon's pipe may close at will.
for (const signal of ['SIGINT', 'SIGHUP', 'SIGPIPE'] as const) process.on(signal, () => {})
process.stdout.on('error', () => {})

const self = identify(process.pid)
if (self === null) throw new Error('a process that cannot see itself')
const say = (progress: Omit<Progress, keyof ProcessIdentity>, keepExisting = false): void => {
  const text = `${JSON.stringify({ ...self, ...progress })}\n`
  replaceFile(join(folder, 'supervisor'), text, { keepExisting })
  process.stdout.write('.')
}
// The daemon that started this one may be dead, and its attempt be another supervisor's by now.
const isStillOurs = (): boolean => readProgress(folder)?.pid === process.pid

say({ phase: 'ready', command: null, startedAt: null }, true)
const orders = isStillOurs() ? await readOrders() : null
const outcome: Outcome =
  orders === null || stopAsked ? { is: 'not-started', stopAsked } : await supervise(orders)
if (isStillOurs()) replaceFile(join(folder, 'outcome'), `${JSON.stringify(outcome)}\n`)
process.exit(0)

/** The orders come whole, with a newline at the end, or the daemon has died and nothing runs. */
async function readOrders(): Promise<Orders | null> {
  let text = ''
  process.stdin.setEncoding('utf8')
  for await (const chunk of process.stdin) text += chunk as string
  return text.endsWith('\n') ? (JSON.parse(text) as Orders) : null
}

async function supervise(orders: Orders): Promise<Outcome> {
  const log = new RunLog(join(folder, 'log'), orders.maxLogBytes)
  const deadline = orders.timeoutMs === null ? null : timer(orders.timeoutMs)
  try {
    if (orders.setup !== null) {
      const setup = await run(orders, ['/bin/sh', '-c', orders.setup], 'setup', log, deadline)
      if (setup.is !== 'exited' || setup.exitCode !== 0) return setup
    }
    return await run(orders, orders.argv, 'running', log, deadline)
  } finally {
    deadline?.cancel()
    log.close()
  }
}

async function run(
  orders: Orders,
  argv: string[],
  phase: 'setup' | 'running',
  log: RunLog,
  deadline: Timer | null,
): Promise<Outcome> {
  const startedAt = Date.now()
  const file = findExecutable(argv[0] ?? '', orders.cwd, orders.env.PATH)
  if ('problem' in file) {
    log.say(file.problem)
    return { is: 'not-found', phase, text: file.problem, startedAt, endedAt: startedAt }
  }
  // Said before the start: a supervisor found dead in this phase may have left a command behind.
  say({ phase, command: null, startedAt })
  // The shell joins both outputs in one pipe, which keeps their order, and becomes the command.
  const child = spawn('/bin/sh', ['-c', 'exec "$0" "$@" 2>&1', file.path, ...argv.slice(1)], {
    cwd: orders.cwd,
    env: orders.env,
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const ended = new Promise<{ exitCode: number | null; signal: string | null }>(
    (resolve, reject) => {
      child.once('error', reject)
      // Not `close`: a background child that holds the pipe must not keep the run going.
      child.once('exit', (exitCode, signal) => resolve({ exitCode, signal }))
    },
  )
  const pid = child.pid
  if (pid === undefined) {
    const { message } = await ended.then(
      () => new Error('it did not start'),
      (error: Error) => error,
    )
    log.say(message)
    return { is: 'not-found', phase, text: message, startedAt, endedAt: startedAt }
  }
  say({ phase, command: identify(pid), startedAt })
  child.stdout.on('data', (chunk: Buffer) => log.write(chunk))
  const drained = new Promise<void>((resolve) => child.stdout.once('close', resolve))
  const first = await Promise.race([
    ended.then(() => 'ended' as const),
    stopped.then(() => 'stopped' as const),
    ...(deadline === null ? [] : [deadline.over.then(() => 'timed-out' as const)]),
  ])
  if (first === 'timed-out') log.say(`the time is over: ${(orders.timeoutMs ?? 0) / 1000} s`)
  if (first === 'stopped') log.say('stop was asked for')
  const ending: Ending = { session: pid, mark: `GIT_EXP_ID=${orders.env.GIT_EXP_ID}` }
  const graceMs = first === 'ended' ? Math.min(orders.graceMs, 2000) : orders.graceMs
  const left = await endProcesses(ending, graceMs)
  const { exitCode, signal } = await ended
  if (first === 'ended' && left > 0) log.say(`${left} processes that the run left were ended`)
  await Promise.race([drained, timer(1000).over])
  const end = { phase, exitCode, signal, startedAt, endedAt: Date.now() }
  return { is: first === 'ended' ? 'exited' : first, ...end }
}

interface Timer {
  over: Promise<void>
  cancel: () => void
}

/**
 * Node's timers count the monotonic clock, which stands still while a laptop sleeps; a day at a
 * time, since they hold no more than 24 of them.
 */
function timer(ms: number): Timer {
  let cancel = (): void => {}
  const over = new Promise<void>((resolve) => {
    const wait = (left: number): void => {
      const step = Math.min(left, DAY_MS)
      const handle = setTimeout(() => (left > step ? wait(left - step) : resolve()), step)
      cancel = () => clearTimeout(handle)
    }
    wait(ms)
  })
  return { over, cancel: () => cancel() }
}
