import { environmentForRuns, keepEnvironment } from '../lib/environment.ts'
import { changeRecords, say } from './change-records.ts'

/** Queues the same snapshots again. */
export const retry = async (options: { names: string[]; again?: boolean }): Promise<number> => {
  const found = await changeRecords('retry', options.names, ({ places }) => ({
    env: keepEnvironment(places, environmentForRuns(process.env)),
    ...(options.again === true ? { value: 'again' } : {}),
  }))
  say('queued again, in the environment of this shell:', found)
  return 0
}
