import { setTimeout as wait } from 'node:timers/promises'
import { UserError } from '../lib/errors.ts'
import { openHistory } from '../lib/history.ts'
import { printPlain } from '../lib/params/plain-json.ts'
import { makePlaces, type Places, places } from '../lib/places.ts'
import { recordTicket } from '../lib/record-ticket.ts'
import { request } from '../lib/request.ts'
import {
  daemonsLastWords,
  endDaemon,
  ensureDaemon,
  findDaemon,
  runDaemon,
} from '../lib/start-daemon.ts'
import { STOPPERS } from '../lib/ticket.ts'
import { withHistory } from './session.ts'
import { daemonJson, daemonText } from './status.ts'

export interface DaemonOptions {
  what: 'start' | 'stop' | 'restart' | 'status' | 'run'
  jobs?: string
  kill?: boolean
  json?: boolean
}

/** How long a daemon may take to come up or to go. */
const PATIENCE_MS = 10_000

/** As many daemons that somebody else started may come first. */
const TRIES = 5
const LOOK_MS = 20

/** Starts, stops or shows the daemon. It is of the user and not of a repository. */
export const daemon = async (options: DaemonOptions): Promise<number> => {
  const found = makePlaces(places())
  const jobs = jobsOf(options.jobs)
  switch (options.what) {
    case 'start':
      return start(found, jobs)
    case 'stop':
      return stop(found, options.kill === true)
    case 'restart':
      await stop(found, false)
      return start(found, jobs)
    case 'status':
      return status(found, options.json === true)
    case 'run':
      return runDaemon(jobs === undefined ? {} : { jobs })
  }
}

const start = async (found: Places, jobs: number | undefined): Promise<number> => {
  if (findDaemon(found) !== null) {
    const running = jobs === undefined ? undefined : await jobsNow(found)
    if (jobs !== undefined && running !== undefined && jobs !== running) {
      throw new UserError(
        'daemon',
        `the daemon is running already, ${running} at once`,
        `git exp daemon restart -j ${jobs}: runs go on meanwhile`,
      )
    }
    process.stderr.write('the daemon is running already\n')
    return 0
  }
  if (!(await bringUp(found, jobs))) {
    throw new UserError(
      'daemon',
      `the daemon did not come up: ${daemonsLastWords(found)}`,
      'git exp doctor tells what to do',
    )
  }
  process.stderr.write('the daemon is up\n')
  return 0
}

/**
 * Starts a daemon with as many jobs as are asked for. One that was started for a ticket a moment ago
 * may wait for the lock already, and be first: it knows nothing of the jobs, and is ended again.
 */
const bringUp = async (found: Places, jobs: number | undefined): Promise<boolean> => {
  for (let tries = 0; tries < TRIES; tries++) {
    const options = jobs === undefined ? {} : { jobs }
    if ((await ensureDaemon(found, { waitMs: PATIENCE_MS, ...options })) !== 'up') return false
    if (jobs === undefined || (await jobsNow(found)) === jobs) return true
    const other = findDaemon(found)
    if (other !== null) await endDaemon(other, PATIENCE_MS)
  }
  return false
}

/** How many runs the daemon of now, or the last one, has at once. */
const jobsNow = (found: Places): Promise<number | undefined> =>
  withHistory(found, (history) => history?.daemon()?.jobs)

const stop = async (found: Places, isKilling: boolean): Promise<number> => {
  const identity = findDaemon(found)
  if (identity === null) {
    process.stderr.write('the daemon is not running\n')
    return 0
  }
  if (isKilling) await stopRuns(found)
  if (!(await endDaemon(identity, PATIENCE_MS))) {
    throw new UserError('daemon', `the daemon (pid ${identity.pid}) does not end`)
  }
  process.stderr.write('the daemon has ended\n')
  return 0
}

/** Stops what runs here, in all repositories, and waits until it has ended. */
const stopRuns = async (found: Places): Promise<void> => {
  const history = openHistory(found)
  const running = (history?.running() ?? []).filter(({ executor }) => executor !== 'celery')
  const byRepository = Map.groupBy(running, ({ repository }) => repository)
  for (const [commonDir, experiments] of byRepository) {
    await request(
      found,
      recordTicket('stop', commonDir, experiments, { value: STOPPERS[2] }),
      Date.now(),
    )
  }
  while ((history?.running() ?? []).some(({ id }) => running.some((own) => own.id === id))) {
    await wait(LOOK_MS)
  }
  history?.close()
}

const status = (found: Places, asJson: boolean): number => {
  const history = openHistory(found)
  process.stdout.write(
    asJson ? `${printPlain(daemonJson(found, history))}\n` : `${daemonText(found, history)}\n`,
  )
  history?.close()
  return 0
}

const jobsOf = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text)
  throw new UserError('usage', `--jobs is a whole number from 1, not “${text}”`)
}
