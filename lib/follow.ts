import { setTimeout as wait } from 'node:timers/promises'
import { UserError } from './errors.ts'
import { type Experiment, isEnded } from './experiment.ts'
import { openHistory } from './history.ts'
import type { Places } from './places.ts'
import { waitingInSpool } from './spool.ts'
import { daemonsLastWords, ensureDaemon } from './start-daemon.ts'

const LOOK_MS = 100
/** Every so many looks it is asked whether the daemon lives, and whether what is unknown still waits. */
const LOOKS = 20

/**
 * Waits until every one of these experiments has ended, calling `onLook` with their newest state at
 * each look. A daemon that went away meanwhile is started again: nothing ends without one. Null stands
 * for one that was refused when its ticket came in, or was removed: it never ends.
 */
export const followExperiments = async (
  places: Places,
  ids: string[],
  onLook: (experiments: (Experiment | null)[]) => void,
): Promise<(Experiment | null)[]> => {
  let failedStarts = 0
  for (let looks = 0; ; looks++) {
    // Before the history: a ticket leaves the spool only after its rows are there.
    const waiting = looks % LOOKS === LOOKS - 1 ? waitingInSpool(places) : null
    const history = openHistory(places)
    const experiments = ids.map((id) => history?.byId(id) ?? null)
    history?.close()
    onLook(experiments)
    const isOver = (one: Experiment | null, i: number): boolean =>
      one === null ? waiting?.has(ids[i] ?? '') === false : isEnded(one.state)
    if (experiments.every(isOver)) return experiments
    if (looks % LOOKS === 0 && (await ensureDaemon(places)) !== 'up' && ++failedStarts === 3) {
      throw new UserError(
        'daemon',
        `the daemon does not come up: ${daemonsLastWords(places)}`,
        'git exp doctor',
      )
    }
    await wait(LOOK_MS)
  }
}
