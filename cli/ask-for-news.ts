import { type AnyExperiment, isEnded } from '../lib/experiment.ts'
import type { Places } from '../lib/places.ts'
import { askToLook } from '../lib/start-daemon.ts'

/** Has the daemon look at the cluster where something that is shown is there; the next look has it. */
export const askForNews = (places: Places, shown: AnyExperiment[]): void => {
  if (shown.some(({ executor, state }) => executor === 'celery' && !isEnded(state))) {
    askToLook(places)
  }
}
