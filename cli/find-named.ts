import type { AnyExperiment, Experiment } from '../lib/experiment.ts'
import { everyExperiment, findAmong, findAny, requireRecord } from '../lib/find-experiment.ts'
import { type Session, withHistory } from './session.ts'

/** Finds experiments of the queue by what the user typed, all or none. */
export const findAll = async (session: Session, names: string[]): Promise<Experiment[]> =>
  (await findEach(session, names)).map(requireRecord)

/** The same, whoever made them. */
export const findEach = async (
  { places, repository }: Session,
  names: string[],
): Promise<AnyExperiment[]> => {
  if (names.length === 0) return []
  return withHistory(places, async (history) => {
    const all = await everyExperiment(places, history, repository)
    return Promise.all(names.map((name) => findAmong(all, repository, name)))
  })
}

export const findOne = async (session: Session, name: string): Promise<AnyExperiment> =>
  withHistory(session.places, (history) =>
    findAny(session.places, history, session.repository, name),
  )
