import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { isoTime } from '../clock.ts'
import { replaceFile } from '../files.ts'
import { packageRoot, program } from '../package.ts'
import type { Places } from '../places.ts'
import { identify } from '../process-identity.ts'
import { daemonEnvironment } from '../start-daemon.ts'
import {
  factsFile,
  hostName,
  pausedFile,
  readyFile,
  type WorkerFacts,
  workerHome,
  workerLog,
} from './worker-places.ts'
import type { PlannedWorker } from './worker-plan.ts'

/**
 * Has a worker's program end what an earlier one has left (`--recover`, while none runs), or only publish
 * what could not be published (`--send`, at any time).
 */
export const runProgram = (
  found: Places,
  planned: PlannedWorker,
  what: '--recover' | '--send',
): Promise<void> => {
  const log = openSync(workerLog(openHome(found, planned)), 'a', 0o600)
  const child = spawn(process.execPath, [program('daemon/worker/main'), what], {
    cwd: '/',
    env: environmentOf(found, planned),
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  return new Promise((resolve) => {
    child.once('error', () => resolve())
    child.once('exit', () => resolve())
  })
}

/** Starts a worker's Celery process, which writes to its log. The broker's password goes by environment. */
export const startCelery = (
  found: Places,
  planned: PlannedWorker,
  { python, broker, now }: { python: string; broker: string; now: number },
): ChildProcess => {
  const home = openHome(found, planned)
  for (const file of [readyFile(home), pausedFile(home), join(home, 'streak')]) {
    rmSync(file, { force: true })
  }
  const log = openSync(workerLog(home), 'a', 0o600)
  const args = [
    join(packageRoot(), 'worker', 'gitexp_worker.py'),
    '--hostname',
    nodeName(planned),
    '--pool',
    'prefork',
    '--concurrency',
    '1',
    // On Celery 5.2 a worker that mingles is deaf once Redis was restarted.
    '--events',
    '--without-mingle',
    '--without-gossip',
    '--loglevel',
    'INFO',
    '--statedb',
    join(home, 'revoked'),
  ]
  const child = spawn(python, args, {
    cwd: '/',
    // A ^C in the terminal is for us: we decide what becomes of what runs.
    detached: true,
    env: { ...environmentOf(found, planned), GIT_EXP_BROKER: broker },
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  const main = child.pid === undefined ? null : identify(child.pid)
  const keeper = identify(process.pid)
  if (main !== null && keeper !== null) {
    const { queues, gpus } = planned
    const facts: WorkerFacts = { main, keeper, queues, gpus, since: isoTime(now) }
    replaceFile(factsFile(home), `${JSON.stringify(facts)}\n`)
  }
  return child
}

/** A worker's name among all of the cluster. */
export const nodeName = ({ name }: Pick<PlannedWorker, 'name'>): string => `${name}@${hostName()}`

const openHome = (found: Places, { name }: PlannedWorker): string => {
  const home = workerHome(found, name)
  mkdirSync(home, { recursive: true, mode: 0o700 })
  return home
}

const environmentOf = (
  found: Places,
  { name, queues, gpus }: PlannedWorker,
): NodeJS.ProcessEnv => ({
  ...daemonEnvironment(process.env),
  GIT_EXP_HOME: found.home,
  GIT_EXP_WORKER_NAME: name,
  GIT_EXP_WORKER_HOME: workerHome(found, name),
  GIT_EXP_WORKER_COMMAND: JSON.stringify([process.execPath, program('daemon/worker/main')]),
  GIT_EXP_WORKER_QUEUES: queues.join(','),
  GIT_EXP_WORKER_DECLARATIONS: join(packageRoot(), 'lib', 'cluster', 'queues.json'),
  ...(gpus === null
    ? {}
    : {
        CUDA_VISIBLE_DEVICES: gpus,
        CUDA_DEVICE_ORDER: 'PCI_BUS_ID',
        HIP_VISIBLE_DEVICES: gpus,
        ZE_AFFINITY_MASK: gpus,
      }),
})
