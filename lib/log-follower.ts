import { join } from 'node:path'
import type { Experiment } from './experiment.ts'
import { logReader } from './log-reader.ts'
import { attemptFolder, type Places } from './places.ts'

/** Where an attempt's log is; the file may not be there yet. */
export const logFile = (places: Places, id: string, attempt: number): string =>
  join(attemptFolder(places, id, attempt), 'log')

/** The number of the newest attempt, or 0. */
export const lastAttempt = ({ state, attempts }: Experiment): number =>
  'attempt' in state ? state.attempt : (attempts.at(-1)?.attempt ?? 0)

/**
 * Gives the log of an experiment to `write` from where the last call ended: of the attempt `from`,
 * or, with 0, the one that was the newest at the first call, and of all after it, each to its end.
 */
export const logFollower = (
  places: Places,
  write: (chunk: Buffer) => void,
  from = 0,
): ((now: Experiment) => void) => {
  const read = logReader(write)
  let attempt = from
  return (now) => {
    const last = lastAttempt(now)
    if (attempt === 0) attempt = last
    for (; attempt < last; attempt++) read(logFile(places, now.id, attempt))
    if (attempt > 0) read(logFile(places, now.id, attempt))
  }
}
