import { join } from 'node:path'
import type { Clock } from '../../lib/clock.ts'
import { systemClock } from '../../lib/clock.ts'
import type { Config } from '../../lib/config.ts'
import { defaultWorkplaces } from '../../lib/default-workplaces.ts'
import { loadConfig } from '../../lib/load-config.ts'
import { makePlaces, type Places, places, queueId } from '../../lib/places.ts'
import { clonesFolder, hostName, workerHome } from '../../lib/worker/worker-places.ts'

/** What every step of a worker's program is given. */
export interface Worker {
  /** Its own: `runs/` and the store are not the daemon's. */
  places: Places
  clones: string
  workplaces: string
  /** The key of its refs in the clones. */
  name: string
  host: string
  config: Config
  clock: Clock
  /** How often claim and cancellation are looked at. */
  lookMs: number
  /** So long the holder of an older claim is asked whether it lives. */
  askMs: number
  /** The longest time between two tries to publish. */
  retryMs: number
}

/** The worker of this name, as this user's settings have it. Tests set the times. */
export const openWorker = async (name: string, env: NodeJS.ProcessEnv): Promise<Worker> => {
  const user = places(env)
  const own = makePlaces(places({ ...env, GIT_EXP_HOME: workerHome(user, name) }))
  const { config } = await loadConfig('/')
  return {
    places: own,
    clones: clonesFolder(user),
    workplaces: join(config.workplaces ?? defaultWorkplaces(env), queueId(own).slice(0, 8)),
    name,
    host: hostName(),
    config,
    clock: systemClock,
    lookMs: Number(env.GIT_EXP_TEST_LOOK_MS ?? 30_000),
    askMs: Number(env.GIT_EXP_TEST_ASK_MS ?? 30_000),
    retryMs: Number(env.GIT_EXP_TEST_RETRY_MS ?? 30_000),
  }
}
