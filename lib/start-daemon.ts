import { spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
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

/** Makes sure that a daemon runs. Says whether one is up, or is still on its way after 300 ms. */
export const ensureDaemon = async (
  places: Places,
  options: { jobs?: number; waitMs?: number } = {},
): Promise<'up' | 'starting'> => {
  if (findDaemon(places) !== null) return 'up'
  startDaemon(places, options.jobs)
  const deadline = performance.now() + (options.waitMs ?? START_MS)
  while (performance.now() < deadline) {
    await wait(LOOK_MS)
    if (findDaemon(places) !== null) return 'up'
  }
  return 'starting'
}

/** Where a program of ours that outlives its caller is started with: nothing of a run's or git's. */
export const daemonEnvironment = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(env).filter(
      ([name]) => !LOCAL_GIT_VARIABLES.includes(name) && !/^GIT_EXP_(?!HOME$|TEST_)/.test(name),
    ),
  )

/** Runs the daemon in the foreground; gives back its exit code. */
export const runDaemon = (jobs: number | undefined): Promise<number> => {
  const child = spawn(process.execPath, [program('daemon/main'), ...jobsArgument(jobs)], {
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

const jobsArgument = (jobs: number | undefined): string[] =>
  jobs === undefined ? [] : ['--jobs', String(jobs)]

const startDaemon = (places: Places, jobs: number | undefined): void => {
  let log: number
  try {
    log = openSync(places.daemonLog, 'a', 0o600)
  } catch (error) {
    throw new UserError('state-folder', `no daemon can be started: ${(error as Error).message}`)
  }
  spawn(process.execPath, [program('daemon/main'), ...jobsArgument(jobs)], {
    cwd: '/',
    env: daemonEnvironment(process.env),
    detached: true,
    stdio: ['ignore', log, log],
  }).unref()
  closeSync(log)
}
