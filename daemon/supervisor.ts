// The supervisor of a run: a process of its own that outlives the daemon. It says that it is up,
// waits for its orders on stdin, starts the command in a session of its own, pumps the log, ends the
// command at its timeout or when told to by SIGTERM, and writes the outcome by rename. After a short
// run it waits for another, as long as the daemon has stdin open: to start takes longer than to run.
// It loads nothing but Node and small files of ours, so that it stays small.
import { writeSync } from 'node:fs'
import { Socket } from 'node:net'
import { join } from 'node:path'
import { replaceFile } from '../lib/files.ts'
import { identify, type ProcessIdentity } from '../lib/process-identity.ts'
import { type Ending, endProcesses, pauseProcesses, resumeProcesses } from './end-processes.ts'
import { Family } from './family.ts'
import { findExecutable } from './find-executable.ts'
import { GpuMemory } from './gpu-memory.ts'
import { leaveOutcome } from './leave-outcome.ts'
import { oomKills } from './oom-kills.ts'
import { childrensCpuMs, outputOf } from './process-table.ts'
import { RunClock } from './run-clock.ts'
import { isDiskFull, RunLog } from './run-log.ts'
import { openRunPipe, type RunPipe } from './run-pipe.ts'
import { startCommand } from './start-command.ts'
import { ENDED, type Orders, type Outcome, type Progress, readProgress } from './supervision.ts'
import { wholeLines } from './whole-lines.ts'

/** How long is waited for the last of the output that is still on its way. */
const DRAIN_MS = 1000
/** Runs shorter than this are worth the same supervisor once more. */
const SHORT_MS = 10_000
/** The attempt at hand. Who was started before there was one is told of it as of each next one. */
let folder = process.argv[2] ?? ''
let stopAsked = false
let wake: () => void = () => {}
const stopped = new Promise<void>((resolve) => {
  wake = resolve
})
const stop = (): void => {
  stopAsked = true
  wake()
}
process.on('SIGTERM', stop)
/** What of a run can be paused, while there is a run. */
let live: { ending: Ending; clock: RunClock } | null = null
let isPaused = false
const pause = (): void => {
  isPaused = true
  if (live === null) return
  live.clock.pause()
  pauseProcesses(live.ending)
}
process.on('SIGTSTP', pause)
process.on('SIGCONT', () => {
  isPaused = false
  if (live === null) return
  resumeProcesses(live.ending)
  live.clock.resume()
})
// A closed terminal or a ^C there is no word to the supervisor; the daemon's pipe may close at will.
for (const signal of ['SIGINT', 'SIGHUP', 'SIGPIPE'] as const) process.on(signal, () => {})

const tell = (sign: string): void => {
  try {
    writeSync(1, sign)
  } catch {
    // The daemon is no more.
  }
}
const self = identify(process.pid)
if (self === null) throw new Error('a process that cannot see itself')
const say = (progress: Omit<Progress, keyof ProcessIdentity>, keepExisting = false): void => {
  const text = `${JSON.stringify({ ...self, ...progress })}\n`
  replaceFile(join(folder, 'supervisor'), text, { keepExisting })
  tell('.')
}
// The daemon that started this one may be dead, and its attempt be another supervisor's by now.
const isStillOurs = (): boolean => readProgress(folder)?.pid === process.pid

// Lighter than `process.stdin`, which can be a terminal too.
const lines = wholeLines(new Socket({ fd: 0, writable: false }))

const main = async (): Promise<void> => {
  if (folder === '' && !(await isCalled())) return
  for (;;) {
    const since = performance.now()
    await attend()
    // What was said for one run is not for the next, and a long run is worth a new process.
    const isFit = !stopAsked && !isPaused && performance.now() - since < SHORT_MS
    if (!isFit || !isStillOurs()) return
    tell(ENDED)
    if (!(await isCalled())) return
  }
}

/** Waits for the next attempt; false where there will be none. */
async function isCalled(): Promise<boolean> {
  const line = await nextLine()
  if (line === null) return false
  folder = JSON.parse(line) as string
  return true
}

/** One attempt, from its folder to its outcome. */
async function attend(): Promise<void> {
  say({ phase: 'ready', command: null, output: null, startedAt: null }, true)
  // Made while the workplace is.
  const pipe = openRunPipe(folder)
  const orders = isStillOurs() ? await readOrders() : null
  const outcome: Outcome =
    orders === null || stopAsked ? { is: 'not-started', stopAsked } : await supervise(orders, pipe)
  if (isStillOurs()) await leaveOutcome(folder, outcome)
}

/**
 * The orders come whole, with a newline at the end, or the daemon has died and nothing runs. Behind those
 * of a leashed run comes nothing but the end, and that is a stop.
 */
async function readOrders(): Promise<Orders | null> {
  const line = await nextLine()
  const orders = line === null ? null : (JSON.parse(line) as Orders)
  if (orders?.isLeashed === true) lines.next().then(stop, stop)
  return orders
}

async function nextLine(): Promise<string | null> {
  const { value, done } = await lines.next()
  return done === true ? null : value
}

async function supervise(orders: Orders, pipe: Promise<RunPipe>): Promise<Outcome> {
  const log = new RunLog(join(folder, 'log'), orders.maxLogBytes)
  const clock = new RunClock(orders.timeoutMs)
  const family = new Family()
  const cpuBeforeMs = childrensCpuMs() ?? 0
  const own = { log, clock, family, gpuMemory: new GpuMemory(), cpuBeforeMs, pipe }
  try {
    if (orders.setup !== null) {
      const shell = ['/bin/sh', '-c', orders.setup]
      const setup = await run(orders, shell, 'setup', own)
      if (setup.is !== 'exited' || setup.exitCode !== 0) return setup
      own.pipe = openRunPipe(folder)
    }
    return await run(orders, orders.argv, 'running', own)
  } finally {
    clock.cancel()
    log.close()
  }
}

interface Own {
  log: RunLog
  clock: RunClock
  family: Family
  gpuMemory: GpuMemory
  /** Of the children of earlier attempts. */
  cpuBeforeMs: number
  pipe: Promise<RunPipe>
}

async function run(
  orders: Orders,
  argv: string[],
  phase: 'setup' | 'running',
  { log, clock, family, gpuMemory, cpuBeforeMs, ...own }: Own,
): Promise<Outcome> {
  const startedAt = Date.now()
  const file = findExecutable(argv[0] ?? '', orders.cwd, orders.env.PATH, orders.layers)
  const pipe = await own.pipe
  if ('problem' in file) {
    pipe.drop()
    log.say(file.text)
    return { is: file.problem, phase, text: file.text, startedAt, endedAt: startedAt }
  }
  // Said before the start: a supervisor found dead in this phase may have left a command behind.
  say({ phase, command: null, output: null, startedAt })
  const before = { ranMs: clock.ranMs, oomKills: oomKills() }
  const child = startCommand(orders, [file.path, ...argv.slice(1)], pipe.stdout)
  const printed = pipe.read(child, (part) => log.write(part))
  const drained = new Promise<void>((resolve) => printed.once('close', resolve))
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
  const output = outputOf(pid)
  const mark = `GIT_EXP_ID=${orders.env.GIT_EXP_ID}`
  const ending = {
    session: pid,
    mark,
    output,
    since: self?.start ?? null,
    seen: () => family.seen(),
  }
  live = { ending, clock }
  if (isPaused) pause()
  try {
    say({ phase, command: identify(pid), output, startedAt })
  } catch (error) {
    // What runs must not die of a full disk; what is said here only helps the next daemon.
    if (!isDiskFull(error)) throw error
  }
  family.watch()
  if (orders.hasGpus) gpuMemory.watch(() => new Set(family.seen().map((one) => one.pid)))
  const first = await Promise.race([
    ended.then(() => 'ended' as const),
    stopped.then(() => 'stopped' as const),
    clock.over.then(() => 'timed-out' as const),
  ])
  const usage = { ranMs: Math.round(clock.ranMs - before.ranMs) }
  live = null
  family.rest()
  gpuMemory.rest()
  if (first !== 'ended') family.look()
  if (first === 'timed-out') log.say(`the time is over: ${(orders.timeoutMs ?? 0) / 1000} s`)
  if (first === 'stopped') log.say('stop was asked for')
  const graceMs = first === 'ended' ? Math.min(orders.graceMs, 2000) : orders.graceMs
  const left = await endProcesses(ending, graceMs)
  const { exitCode, signal } = await ended
  if (first === 'ended' && left > 0) log.say(`${left} processes that the run left were ended`)
  await Promise.race([drained, new Promise((resolve) => setTimeout(resolve, DRAIN_MS))])
  printed.destroy()
  const cpuMs = childrensCpuMs()
  const isOutOfMemory = (oomKills() ?? 0) > (before.oomKills ?? 0)
  return {
    is: first === 'ended' ? 'exited' : first,
    phase,
    exitCode,
    signal,
    isOutOfMemory,
    startedAt,
    endedAt: Math.max(startedAt, Date.now()),
    usage: {
      ...usage,
      cpuMs: cpuMs === null ? null : cpuMs - cpuBeforeMs,
      peakBytes: family.peakBytes,
      peakGpuBytes: gpuMemory.peakBytes,
    },
  }
}

void main().then(() => process.exit(0))
