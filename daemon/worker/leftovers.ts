import { rmSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { isoTime } from '../../lib/clock.ts'
import { replaceFile } from '../../lib/files.ts'
import { attemptFolder } from '../../lib/places.ts'
import { identify, isAlive, type ProcessIdentity } from '../../lib/process-identity.ts'
import { type Current, currentFile, readCurrent } from '../../lib/worker/worker-places.ts'
import { note } from '../events.ts'
import type { Work } from '../job.ts'
import { endOfLost } from '../lost-run.ts'
import { readOutcome, readProgress } from '../supervision.ts'
import type { Worker } from './worker.ts'

/** What a program that lost its leash has to end its run, beside the grace. */
const PATIENCE_MS = 60_000
const LOOK_MS = 50

/** Says what this worker works on. */
export const noteCurrent = ({ places, clock }: Worker, { id, name, attempt }: Work): void => {
  const node = identify(process.pid)
  if (node === null) throw new Error('a process that cannot see itself')
  const current: Current = { node, exp: id, name, attempt, since: isoTime(clock()) }
  replaceFile(currentFile(places.home), `${JSON.stringify(current)}\n`)
}

export const forgetCurrent = ({ places }: Worker): void =>
  rmSync(currentFile(places.home), { force: true })

/**
 * Ends what an earlier program of this worker left: one that lost its leash may still be ending its run,
 * and one that was killed has left a supervisor or even a command. Nothing of them lives afterwards.
 */
export const endLeftovers = async (worker: Worker): Promise<void> => {
  const { places, config, clock } = worker
  const current = readCurrent(places.home)
  if (current === null) return
  const patienceMs = config.graceMs + PATIENCE_MS
  await ended(current.node, patienceMs)
  const folder = attemptFolder(places, current.exp, current.attempt)
  const progress = readProgress(folder)
  if (progress !== null && isAlive(progress)) {
    note('leftover', { exp: current.exp, attempt: current.attempt })
    process.kill(progress.pid, 'SIGTERM')
    await ended(progress, patienceMs)
  }
  if (readOutcome(folder) === null) await endOfLost(folder, current.exp, config.graceMs, clock)
  forgetCurrent(worker)
}

/** Waits until a process of ours is gone, and kills it when it takes too long. */
const ended = async (identity: ProcessIdentity, patienceMs: number): Promise<void> => {
  const deadline = performance.now() + patienceMs
  while (isAlive(identity)) {
    if (performance.now() > deadline) process.kill(identity.pid, 'SIGKILL')
    await wait(LOOK_MS)
  }
}
