import { type ChildProcess, spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { program } from '../lib/package.ts'
import { type Orders, type Progress, readProgress } from './supervision.ts'

/** A supervisor that is up and waits for its orders. */
export interface Supervisor {
  progress: Progress
  give: (orders: Orders) => void
  /** Without orders it ends, and nothing was started. */
  dismiss: () => void
  /** Resolves when the process has ended; rejects never. */
  ended: Promise<void>
  /** Called at each change of the progress file. */
  onProgress: (listener: () => void) => void
}

/**
 * Starts a supervisor, beside the making of the workplace that it will need. It gets its orders
 * once it is up, so that a run that has begun can always be found by its progress file, and through
 * a pipe: an environment stands in no file but the one in the spool.
 */
export const startSupervisor = async (folder: string): Promise<Supervisor> => {
  // Of an attempt of this number that was claimed by a daemon that died, and never started.
  for (const file of ['supervisor', 'outcome']) rmSync(join(folder, file), { force: true })
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
  if (progress === null || progress.pid !== child.pid) {
    throw new Error('the supervisor did not come up')
  }
  return {
    progress,
    give: (orders) => child.stdin.end(`${JSON.stringify(orders)}\n`),
    dismiss: () => child.stdin.end(),
    ended,
    onProgress: (listener) => child.stdout.on('data', listener),
  }
}

/** Options that keep a Node process small; none changes what the code means. */
const SMALL = [
  '--max-semi-space-size=1',
  '--v8-pool-size=1',
  '--expose-gc',
  '--disable-warning=ExperimentalWarning',
]

const isUp = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    child.stdout?.once('data', () => resolve())
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
  })
