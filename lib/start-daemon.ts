import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { DAEMON_MARK } from './daemon-mark.ts'
import { UserError } from './errors.ts'
import { LOCAL_GIT_VARIABLES } from './git.ts'
import { program } from './package.ts'
import type { Places } from './places.ts'
import { isAlive, type ProcessIdentity, parseIdentity } from './process-identity.ts'

/** A daemon that had to be started is waited for so long before a prompt comes back. */
const START_MS = 300
const LOOK_MS = 5

/** The daemon that the hint names, if it lives. */
export const findDaemon = (places: Places): ProcessIdentity | null => {
  try {
    const identity = parseIdentity(readFileSync(places.hint, 'utf8'))
    return identity !== null && isAlive(identity) ? identity : null
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
 * Makes sure that a daemon runs. Says whether one is up, is still on its way after 300 ms, or ended
 * at once because something is wrong.
 */
export const ensureDaemon = async (
  places: Places,
  options: DaemonOptions & { waitMs?: number } = {},
): Promise<'up' | 'starting' | 'failed'> => {
  if (findDaemon(places) !== null) return 'up'
  const child = startDaemon(places, options)
  const deadline = performance.now() + (options.waitMs ?? START_MS)
  while (performance.now() < deadline) {
    await wait(LOOK_MS)
    if (findDaemon(places) !== null) return 'up'
    if (child.exitCode !== null && child.exitCode !== 0) return 'failed'
  }
  return 'starting'
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
  const child = spawn(process.execPath, [program('daemon/main'), ...argumentsOf(options)], {
    cwd: '/',
    env: daemonEnvironment(process.env),
    stdio: 'inherit',
  })
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
