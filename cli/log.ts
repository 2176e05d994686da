import { UserError } from '../lib/errors.ts'
import { type Experiment, isEnded } from '../lib/experiment.ts'
import { findExperiment } from '../lib/find-experiment.ts'
import { type Followed, followExperiments } from '../lib/follow.ts'
import type { History } from '../lib/history.ts'
import { lastAttempt, logFile, logFollower } from '../lib/log-follower.ts'
import { logReader } from '../lib/log-reader.ts'
import { pendingExperiments } from '../lib/pending.ts'
import { hasFailed } from '../lib/selection.ts'
import { askForNews } from './ask-for-news.ts'
import { linePrinter } from './line-printer.ts'
import { openSession, type Session, withHistory } from './session.ts'
import { whyWaiting } from './why-waiting.ts'

export interface LogOptions {
  names: string[]
  follow?: boolean
  attempt?: string
  /** Of all that failed, in place of names. */
  failed?: boolean
}

/**
 * Prints the logs of runs, in turn; with `follow` all at once until they have ended, over attempts.
 * Of several each line begins with its experiment's name.
 */
export const log = async ({ names, follow, attempt, failed }: LogOptions): Promise<number> => {
  const session = await openSession()
  const { places } = session
  if (failed === true && (names.length > 0 || follow === true || attempt !== undefined)) {
    throw new UserError('usage', '--failed stands alone: it takes no names, -f or --attempt')
  }
  const experiments = await withHistory(places, async (history) => {
    const chosen =
      failed === true
        ? chooseFailed(history?.list(session.repository.commonDir) ?? [])
        : await chooseAll(session, history, names)
    const why = whyWaiting(places, history)
    for (const one of chosen) {
      const waits = why(one)
      if (waits !== null) process.stderr.write(`${one.name} ${waits}\n`)
    }
    askForNews(places, chosen)
    return chosen
  })
  if (experiments.length === 0) process.stderr.write('none of the experiments here has failed\n')
  const printers = experiments.map(({ name }) =>
    linePrinter(experiments.length === 1 ? null : name, (text) => process.stdout.write(text)),
  )
  if (follow !== true || attempt !== undefined) {
    for (const [i, one] of experiments.entries()) {
      const wanted = attempt === undefined ? lastAttempt(one) : attemptOf(one, attempt)
      if (wanted > 0)
        logReader((chunk) => printers[i]?.write(chunk))(logFile(places, one.id, wanted))
      printers[i]?.end()
    }
    return 0
  }
  const followers = printers.map((printer) => logFollower(places, printer.write))
  const ids = experiments.map(({ id }) => id)
  const readAll = (all: Followed[]): void => {
    for (const [i, now] of all.entries()) if (now !== null) followers[i]?.(now)
  }
  await followExperiments(places, ids, readAll, { isGrowing: true })
  for (const printer of printers) printer.end()
  return 0
}

const attemptOf = (experiment: Experiment, text: string): number => {
  const wanted = /^[1-9]\d{0,8}$/.test(text) ? Number(text) : 0
  const last = lastAttempt(experiment)
  if (wanted > 0 && wanted <= last) return wanted
  throw new UserError(
    'usage',
    `${experiment.name} has no attempt ${text}`,
    last === 0 ? 'it has not run yet' : `it has ${last}: git exp log --attempt ${last}`,
  )
}

const chooseAll = (
  session: Session,
  history: History | null,
  names: string[],
): Promise<Experiment[]> =>
  Promise.all(
    names.length === 0
      ? [choose(session, history)]
      : names.map((name) => findExperiment(session.places, history, session.repository, name)),
  )

/** Those that failed, that which ended last in the end. */
const chooseFailed = (all: Experiment[]): Experiment[] =>
  all.filter(hasFailed).toSorted((a, b) => endOf(a) - endOf(b))

/** Without a name: what runs, else what ended last, else what is queued next. */
const choose = async (
  { places, repository }: Session,
  history: History | null,
): Promise<Experiment> => {
  const pending = await pendingExperiments(places, repository.commonDir, history)
  const known = history?.list(repository.commonDir) ?? []
  const running = known.find(({ state }) => state.is === 'running')
  const ended = known
    .filter(({ state }) => isEnded(state))
    .toSorted((a, b) => endOf(b) - endOf(a))[0]
  const found = running ?? ended ?? pending[0]
  if (found !== undefined) return found
  const [next] = known
  if (next !== undefined) return next
  throw new UserError(
    'unknown-experiment',
    'there is no experiment in this repository yet',
    'git exp add -- COMMAND queues one',
  )
}

const endOf = ({ state }: Experiment): number => ('endedAt' in state ? state.endedAt : 0)
