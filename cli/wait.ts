import { UserError } from '../lib/errors.ts'
import { exitCodeOf } from '../lib/exit-code.ts'
import type { Experiment } from '../lib/experiment.ts'
import { isEnded } from '../lib/experiment.ts'
import { findExperiment } from '../lib/find-experiment.ts'
import { followExperiments } from '../lib/follow.ts'
import { pendingExperiments } from '../lib/pending.ts'
import { describeEnd } from './describe-end.ts'
import { openSession, type Session, withHistory } from './session.ts'

/** Waits until the named experiments, or all of the repository, have ended; a line as each does. */
export const wait = async (options: { names: string[]; all?: boolean }): Promise<number> => {
  const { names } = options
  if (options.all === true && names.length > 0) {
    throw new UserError('usage', 'there are names besides --all', 'give one or the other')
  }
  const session = await openSession()
  const waited = await choose(session, names)
  const held = waited.filter(({ state }) => state.is === 'held').map(({ name }) => name)
  if (held.length > 0) {
    process.stderr.write(`waits also for what is held: git exp release ${held.join(' ')}\n`)
  }
  const told = new Set<string>()
  const ended = await followExperiments(
    session.places,
    waited.map(({ id }) => id),
    (experiments) => {
      for (const one of experiments) {
        if (one === null || !isEnded(one.state) || told.has(one.id)) continue
        told.add(one.id)
        process.stderr.write(`${describeEnd(one)}\n`)
      }
    },
  )
  for (const [i, one] of ended.entries()) {
    if (one !== null) continue
    process.stderr.write(`${waited[i]?.name} was not taken in: git exp doctor tells why\n`)
  }
  const codes = ended.map((one) => (one === null ? 1 : exitCodeOf(one.state)))
  return names.length === 1 ? (codes[0] ?? 0) : Number(codes.some((code) => code !== 0))
}

const choose = ({ places, repository }: Session, names: string[]): Promise<Experiment[]> =>
  withHistory(places, async (history) => {
    if (names.length > 0) {
      return Promise.all(names.map((name) => findExperiment(places, history, repository, name)))
    }
    const pending = await pendingExperiments(places, repository.commonDir, history)
    const known = history?.list(repository.commonDir) ?? []
    return [...pending, ...known].filter(({ state }) => !isEnded(state))
  })
