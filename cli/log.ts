import { join } from 'node:path'
import { UserError } from '../lib/errors.ts'
import { type Experiment, isEnded } from '../lib/experiment.ts'
import { findExperiment } from '../lib/find-experiment.ts'
import { followExperiments } from '../lib/follow.ts'
import type { History } from '../lib/history.ts'
import { logReader } from '../lib/log-reader.ts'
import { pendingExperiments } from '../lib/pending.ts'
import { attemptFolder } from '../lib/places.ts'
import { openSession, type Session, withHistory } from './session.ts'
import { whyWaiting } from './why-waiting.ts'

/** Prints the log of a run; with `follow` until the run has ended. */
export const log = async (options: { name: string | null; follow?: boolean }): Promise<number> => {
  const session = await openSession()
  const { experiment, why } = await withHistory(session.places, async (history) => {
    const chosen = await choose(session, history, options.name)
    return { experiment: chosen, why: whyWaiting(session.places, history)(chosen) }
  })
  if (why !== null) process.stderr.write(`${experiment.name} ${why}\n`)
  const read = logReader((chunk) => process.stdout.write(chunk))
  const look = (now: Experiment): void => {
    if ('attempt' in now.state) read(logFile(session, now, now.state.attempt))
  }
  if (options.follow !== true) {
    look(experiment)
    return 0
  }
  await followExperiments(session.places, [experiment.id], ([now]) => {
    if (now !== null && now !== undefined) look(now)
  })
  return 0
}

const logFile = ({ places }: Session, { id }: Experiment, attempt: number): string =>
  join(attemptFolder(places, id, attempt), 'log')

/** Without a name: what runs, else what ended last, else what is queued next. */
const choose = async (
  { places, repository }: Session,
  history: History | null,
  name: string | null,
): Promise<Experiment> => {
  if (name !== null) return findExperiment(places, history, repository, name)
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
