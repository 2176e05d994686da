import { spawn } from 'node:child_process'
import { existsSync, rmSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import type { Places } from '../places.ts'
import { isAlive } from '../process-identity.ts'
import { drainWorker } from './end-worker.ts'
import { lastWords } from './last-words.ts'
import { nodeName, runProgram, startCelery } from './start-celery.ts'
import { endingFile, hasLetters, readCurrent, workerHome, workerLog } from './worker-places.ts'
import type { PlannedWorker } from './worker-plan.ts'

/** One that dies at once is started again after 1 s, 2 s, 4 s … */
const LONGEST_PAUSE_MS = 60_000
/** How often it is tried to publish what waits. Tests set it. */
const SEND_MS = Number(process.env.GIT_EXP_TEST_RETRY_MS ?? 60_000)
/** One that lived so long died of something else. */
const LONG_MS = 60_000

export interface Celery {
  python: string
  broker: string
}

/**
 * Runs workers until each was drained or stopped, and starts one anew that dies otherwise. SIGINT and
 * SIGTERM drain them: what runs is finished. `say` gets sentences for people.
 */
export const keepWorkers = async (
  found: Places,
  planned: PlannedWorker[],
  celery: Celery,
  say: (text: string) => void,
): Promise<void> => {
  let isEnding = false
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (!isEnding) say('draining: what runs is finished; git exp worker stop ends it')
      isEnding = true
      for (const { name } of planned) drainWorker(workerHome(found, name))
    })
  }
  await Promise.all(
    planned.map((one) => keepOne(found, one, celery, { say, isEnding: () => isEnding })),
  )
}

const keepOne = async (
  found: Places,
  planned: PlannedWorker,
  celery: Celery,
  { say, isEnding }: { say: (text: string) => void; isEnding: () => boolean },
): Promise<void> => {
  let pauseMs = 1000
  const home = workerHome(found, planned.name)
  rmSync(endingFile(home), { force: true })
  const isOver = (): boolean => isEnding() || existsSync(endingFile(home))
  while (!isOver()) {
    await runProgram(found, planned, '--recover')
    const since = performance.now()
    const child = startCelery(found, planned, { ...celery, now: Date.now() })
    const timer = setInterval(() => sendWaiting(found, planned), SEND_MS)
    const how = await new Promise<number | string>((resolve) => {
      child.once('error', (error) => resolve(error.message))
      child.once('exit', (code, signal) => resolve(code ?? signal ?? 'nothing'))
    })
    clearInterval(timer)
    if (how === 0 || isOver()) break
    if (performance.now() - since > LONG_MS) pauseMs = 1000
    const last = lastWords(workerLog(home))
    say(`${nodeName(planned)} ended with ${how}, again in ${pauseMs / 1000} s: ${last}`)
    await wait(pauseMs)
    pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)
  }
  await runProgram(found, planned, '--recover')
}

/** What a program that is gone could not publish must not wait for the next message. */
const sendWaiting = (found: Places, planned: PlannedWorker): void => {
  const home = workerHome(found, planned.name)
  const current = readCurrent(home)
  const isBusy = current !== null && isAlive(current.node)
  if (!isBusy && hasLetters(home)) runProgram(found, planned, '--send').catch(() => {})
}

/** Does the same in the background, by a process of its own that outlives this one. */
export const keepInBackground = (argv: string[]): void => {
  const child = spawn(process.execPath, argv, { cwd: '/', detached: true, stdio: 'ignore' })
  child.unref()
}
