import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { program } from '../lib/package.ts'
import type { Orders, Outcome, Progress } from './supervision.ts'

/** A supervisor that is up and has its orders. */
export interface Supervisor {
  progress: Progress
  /** Resolves when the process has ended; rejects never. */
  ended: Promise<void>
  /** Called at each change of the progress file. */
  onProgress: (listener: () => void) => void
}

/**
 * Starts a supervisor and gives it its orders once it is up, so that a run that has begun can always
 * be found by its progress file. It gets its orders through a pipe: an environment stands in no file
 * but the one in the spool.
 */
export const startSupervisor = async (
  folder: string,
  orders: Orders,
  beforeOrders: (progress: Progress) => void,
): Promise<Supervisor> => {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const child = spawn(process.execPath, [...SMALL, program('daemon/supervisor'), folder], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
  })
  child.stdin.on('error', () => {})
  child.unref()
  await isUp(child)
  const progress = readProgress(folder)
  if (progress === null) throw new Error('the supervisor did not come up')
  beforeOrders(progress)
  child.stdin.end(`${JSON.stringify(orders)}\n`)
  return {
    progress,
    ended,
    onProgress: (listener) => child.stdout.on('data', listener),
  }
}

/** Options that keep a Node process small; none changes what the code means. */
const SMALL = [
  '--max-semi-space-size=1',
  '--v8-pool-size=1',
  '--disable-warning=ExperimentalWarning',
]

const isUp = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    child.stdout?.once('data', () => resolve())
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
  })

export const readProgress = (folder: string): Progress | null =>
  readJson(join(folder, 'supervisor'))

export const readOutcome = (folder: string): Outcome | null => readJson(join(folder, 'outcome'))

const readJson = <T>(file: string): T | null => {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
