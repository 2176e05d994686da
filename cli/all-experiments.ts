import type { Experiment } from '../lib/experiment.ts'
import { pendingExperiments } from '../lib/pending.ts'
import { type Session, withHistory } from './session.ts'

/** All experiments of the repository, newest first; those still in the spool are in front. */
export const allExperiments = ({ places, repository }: Session): Promise<Experiment[]> =>
  withHistory(places, async (history) => {
    const pending = await pendingExperiments(places, repository.commonDir, history)
    return [...pending.toReversed(), ...(history?.list(repository.commonDir) ?? [])]
  })
