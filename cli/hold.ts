import { type Experiment, isEnded } from '../lib/experiment.ts'
import { changeRecords } from './change-records.ts'
import { openSession, withHistory } from './session.ts'

/** Keeps queued experiments from starting, and running ones from going on, until released. */
export const hold = async ({ names }: { names: string[] }): Promise<number> => {
  await tell(await changeRecords('hold', names))
  return 0
}

export const release = async ({ names }: { names: string[] }): Promise<number> => {
  await tell(await changeRecords('release', names))
  return 0
}

/** Says how each stands now: it may have ended before the daemon heard of it. */
const tell = async (experiments: Experiment[]): Promise<void> => {
  const { places } = await openSession()
  await withHistory(places, (history) => {
    for (const before of experiments) {
      const now = history?.byId(before.id) ?? before
      process.stderr.write(`${now.name} ${standing(now)}\n`)
    }
  })
}

const standing = ({ state }: Experiment): string => {
  if (isEnded(state)) return `has ended: ${state.is}`
  if (state.is === 'running') return state.pausedAt === undefined ? 'runs' : 'is paused'
  return state.is === 'held' ? 'is held' : 'is queued'
}
