import { setTimeout as wait } from 'node:timers/promises'
import { UserError } from './errors.ts'
import { type Experiment, isEnded } from './experiment.ts'
import { openHistory } from './history.ts'
import type { Places } from './places.ts'
import { daemonsLastWords, ensureDaemon } from './start-daemon.ts'

const LOOK_MS = 100

/**
 * Waits until every one of these experiments has ended, calling `onLook` with their newest state at
 * each look. A daemon that went away meanwhile is started again: nothing ends without one.
 */
export const followExperiments = async (
  places: Places,
  ids: string[],
  onLook: (experiments: (Experiment | null)[]) => void,
): Promise<(Experiment | null)[]> => {
  let failedStarts = 0
  for (let looks = 0; ; looks++) {
    const history = openHistory(places)
    const experiments = ids.map((id) => history?.byId(id) ?? null)
    history?.close()
    onLook(experiments)
    if (experiments.every((one) => one !== null && isEnded(one.state))) return experiments
    if (looks % 20 === 0 && (await ensureDaemon(places)) !== 'up' && ++failedStarts === 3) {
      throw new UserError(
        'daemon',
        `the daemon does not come up: ${daemonsLastWords(places)}`,
        'git exp doctor',
      )
    }
    await wait(LOOK_MS)
  }
}
