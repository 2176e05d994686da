import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { DAEMON_MARK } from './daemon-mark.ts'
import { UserError } from './errors.ts'
import { LOCAL_GIT_VARIABLES } from './git.ts'
import { isNewer } from './newer-version.ts'
import { packageVersion, program } from './package.ts'
import type { Places } from './places.ts'
import { isAlive, type ProcessIdentity, parseIdentity, printIdentity } from './process-identity.ts'

/** A daemon that had to be started is waited for so long before a prompt comes back. */
const START_MS = 300
const LOOK_MS = 5

/** An older daemon that was told to go is waited for so long: it finishes its turn first. */
const HAND_OVER_MS = 10_000

/** The hint's text: who the daemon is, and in a second line its version. */
export const printHint = (identity: ProcessIdentity, version: string): string =>
  `${printIdentity(identity)}\n${version}\n`

/** The daemon that the hint names, if it lives. */
export const findDaemon = (places: Places): ProcessIdentity | null =>
  readHint(places)?.identity ?? null

/** The same, with the version it is of; '' where its hint does not say. */
export const readHint = (places: Places): { identity: ProcessIdentity; version: string } | null => {
  try {
    const [line = '', version = ''] = readFileSync(places.hint, 'utf8').split('\n')
    const identity = parseIdentity(line)
    return identity !== null && isAlive(identity) ? { identity, version } : null
  } catch {
    return null
  }
}

export interface DaemonOptions {
  jobs?: number
  /** Build a lost database anew. */
  isToRebuild?: boolean
}

/**
 * Makes sure that a daemon runs, and that it is not older than this program: an older one is told to
 * end, which touches no run, and the new one takes over. One that is up is told to look at its spool.
 * Says whether one is up, is still on its way after 300 ms, or ended at once because something is wrong.
 */
export const ensureDaemon = async (
  places: Places,
  options: DaemonOptions & { waitMs?: number } = {},
): Promise<'up' | 'starting' | 'failed'> => {
  const found = readHint(places)
  if (found !== null) {
    if (isNewer(packageVersion(), found.version)) await endDaemon(found.identity, HAND_OVER_MS)
    else if (wake(found.identity)) return 'up'
  }
  const child = startDaemon(places, options)
  const deadline = performance.now() + (options.waitMs ?? START_MS)
  while (performance.now() < deadline) {
    await wait(LOOK_MS)
    if (findDaemon(places) !== null) return 'up'
    if (child.exitCode !== null && child.exitCode !== 0) return 'failed'
  }
  return 'starting'
}

/** Has the daemon, if one runs, look at what it has elsewhere; nobody waits for it. */
export const askToLook = (places: Places): void => {
  const found = findDaemon(places)
  if (found !== null) wake(found)
}

/** Has a daemon look at its spool, whatever its watcher has seen; false if it ended this moment. */
const wake = ({ pid }: ProcessIdentity): boolean => {
  try {
    return process.kill(pid, 'SIGHUP')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
    throw error
  }
}

/** Tells a daemon to end, runs going on, and waits for it; says whether it went in time. */
export const endDaemon = async (
  identity: ProcessIdentity,
  patienceMs: number,
): Promise<boolean> => {
  if (isAlive(identity)) process.kill(identity.pid, 'SIGTERM')
  const deadline = performance.now() + patienceMs
  while (isAlive(identity)) {
    if (performance.now() > deadline) return false
    await wait(LOOK_MS)
  }
  return true
}

/** Why the daemon did not start: the last of its log that says so. */
export const daemonsLastWords = (places: Places): string => {
  const lines = readFileSync(places.daemonLog, 'utf8').trim().split('\n')
  const last = lines.findLast((line) => / failed error=/.test(line)) ?? ''
  const text = /error=("(?:[^"\\]|\\.)*")/.exec(last)?.[1]
  return text === undefined ? `its log is ${places.daemonLog}` : (JSON.parse(text) as string)
}

/** Where a program of ours that outlives its caller is started with: nothing of a run's or git's. */
export const daemonEnvironment = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries([
    ...Object.entries(env).filter(
      ([name]) => !LOCAL_GIT_VARIABLES.includes(name) && !/^GIT_EXP_(?!HOME$|TEST_)/.test(name),
    ),
    DAEMON_MARK.split('='),
  ])

/** Runs the daemon in the foreground; gives back its exit code. */
export const runDaemon = (options: DaemonOptions): Promise<number> => {
  const child = spawn(
    process.execPath,
    [program('daemon/main'), '--stay', ...argumentsOf(options)],
    {
      cwd: '/',
      env: daemonEnvironment(process.env),
      stdio: 'inherit',
    },
  )
  // The terminal's ^C reaches both; the daemon decides what it means.
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })
}

const argumentsOf = ({ jobs, isToRebuild }: DaemonOptions): string[] => [
  ...(jobs === undefined ? [] : ['--jobs', String(jobs)]),
  ...(isToRebuild === true ? ['--rebuild'] : []),
]

const startDaemon = (places: Places, options: DaemonOptions): ChildProcess => {
  let log: number
  try {
    log = openSync(places.daemonLog, 'a', 0o600)
  } catch (error) {
    throw new UserError('state-folder', `no daemon can be started: ${(error as Error).message}`)
  }
  const child = spawn(process.execPath, [program('daemon/main'), ...argumentsOf(options)], {
    cwd: '/',
    env: daemonEnvironment(process.env),
    detached: true,
    stdio: ['ignore', log, log],
  })
  child.unref()
  closeSync(log)
  return child
}
