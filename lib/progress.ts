import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { readCommandFile } from './command-file.ts'
import type { Experiment } from './experiment.ts'
import { logFile } from './log-follower.ts'
import { readMetrics } from './metrics.ts'
import { upperOf } from './overlay/layers.ts'
import { attemptFolder, type Places } from './places.ts'

/** So much of the end of a log is looked at. */
const TAIL_BYTES = 64 * 1024
const MOST_VALUES = 50

/**
 * A running experiment as it stands now: its metrics files as they are in its workplace, and the
 * newest numbers that its log tells. Asks nobody; others are given back as they are.
 */
export const withProgress = async (places: Places, experiment: Experiment): Promise<Experiment> => {
  const { state, id } = experiment
  if (state.is !== 'running') return experiment
  const command = readCommandFile(attemptFolder(places, id, state.attempt))
  if (command === null) return experiment
  const progress = numbersIn(readTail(logFile(places, id, state.attempt)))
  try {
    const { workplace, layers } = command
    const files = layers === undefined ? workplace : upperOf(layers)
    const metrics = await readMetrics(files, command.metrics)
    return { ...experiment, metrics, progress, workplace }
  } catch (error) {
    // The run changes its folder while we look.
    if ((error as NodeJS.ErrnoException).code === undefined) throw error
    return { ...experiment, progress }
  }
}

/** The last value of each `name=number` in a text. */
export const numbersIn = (text: string): Record<string, number> => {
  const found = new Map<string, number>()
  const pair =
    /(?<=^|[\s,;|([])([A-Za-z_][\w./-]{0,63})=([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)(?=$|[\s,;|)\]])/g
  for (const [, name = '', value] of text.matchAll(pair)) {
    found.delete(name)
    found.set(name, Number(value))
  }
  // Those that were told last; not by assignment, as a name may be `__proto__`.
  return Object.fromEntries([...found].slice(-MOST_VALUES))
}

/** The end of a log: of its newest part, where it is so long that its middle will be cut out. */
export const readTail = (log: string): string => readEnd(`${log}.newer`) ?? readEnd(log) ?? ''

const readEnd = (file: string): string | null => {
  let fd: number
  try {
    fd = openSync(file, 'r')
  } catch {
    return null
  }
  try {
    const { size } = fstatSync(fd)
    const buffer = Buffer.alloc(Math.min(size, TAIL_BYTES))
    const bytes = readSync(fd, buffer, 0, buffer.length, size - buffer.length)
    return buffer.subarray(0, bytes).toString('latin1')
  } finally {
    closeSync(fd)
  }
}
