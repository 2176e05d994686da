import type { Experiment } from '../lib/experiment.ts'
import { listExperiments } from '../lib/find-experiment.ts'
import { type Session, withHistory } from './session.ts'

/** All experiments of the repository, newest first; those still in the spool are in front. */
export const allExperiments = ({ places, repository }: Session): Promise<Experiment[]> =>
  withHistory(places, (history) => listExperiments(places, history, repository))
