import { existsSync, rmSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { readClusterKey } from '../lib/cluster/sign.ts'
import type { Config } from '../lib/config.ts'
import { UserError } from '../lib/errors.ts'
import { listGpus } from '../lib/list-gpus.ts'
import { loadConfig, refuseProblems } from '../lib/load-config.ts'
import { logReader } from '../lib/log-reader.ts'
import { makePlaces, type Places, places } from '../lib/places.ts'
import { isAlive } from '../lib/process-identity.ts'
import { drainWorker, stopWorker } from '../lib/worker/end-worker.ts'
import { findPython } from '../lib/worker/find-python.ts'
import { keepInBackground, keepWorkers } from '../lib/worker/keep-workers.ts'
import { lastWords } from '../lib/worker/last-words.ts'
import { nodeName } from '../lib/worker/start-celery.ts'
import {
  hostName,
  readFacts,
  readyFile,
  workerHome,
  workerLog,
  workerNames,
} from '../lib/worker/worker-places.ts'
import { type PlannedWorker, planWorkers } from '../lib/worker/worker-plan.ts'
import { workersJson, workersText } from './worker-status.ts'

export interface WorkerOptions {
  what: 'start' | 'drain' | 'stop' | 'status' | 'logs'
  names?: string[]
  gpus?: string
  queues?: string
  name?: string
  detach?: boolean
  follow?: boolean
  json?: boolean
}

/** How long a detached worker may take to connect. */
const PATIENCE_MS = 30_000
const LOOK_MS = 100

/** Starts, ends and shows the workers of this user on this machine. */
export const worker = async (options: WorkerOptions): Promise<number> => {
  const found = makePlaces(places())
  switch (options.what) {
    case 'start':
      return start(found, options)
    case 'drain':
      return endAll(found, options.names ?? [], drainWorker, 'finishes what it runs, and ends')
    case 'stop':
      return endAll(found, options.names ?? [], stopWorker, 'gives back what it runs, and ends')
    case 'status':
      process.stdout.write(options.json === true ? workersJson(found) : workersText(found))
      return 0
    case 'logs':
      return logs(found, options.names ?? [], options.follow === true)
  }
}

const start = async (found: Places, options: WorkerOptions): Promise<number> => {
  const { config } = refuseProblems(await loadConfig('/'))
  const broker = checkSettings(config)
  const planned = planWorkers(hostName(), {
    gpus: await gpusOf(options.gpus, config),
    queues: options.queues?.split(',').filter((queue) => queue !== '') ?? null,
    name: options.name ?? null,
  })
  for (const { name } of planned) refuseRunning(workerHome(found, name), name)
  const { python, celery } = findPython(config.python, broker)
  for (const one of planned) {
    process.stderr.write(`${nodeName(one)} takes ${one.queues.join(', ')} (Celery ${celery})\n`)
  }
  if (options.detach === true) return detach(found, planned, options)
  const say = (text: string): void => void process.stderr.write(`${text}\n`)
  await keepWorkers(found, planned, { python, broker }, say)
  return 0
}

/** What every job needs is asked for now, and not when the first one comes. */
const checkSettings = ({ broker, clusterKey, workerRemotes }: Config): string => {
  if (broker === null) {
    throw new UserError(
      'bad-config',
      'there is no broker to take experiments from',
      'git config --global exp.broker amqp://USER:PASSWORD@HOST/VHOST (or redis://…)',
    )
  }
  readClusterKey(clusterKey)
  if (workerRemotes.length === 0) {
    throw new UserError(
      'bad-config',
      'a worker runs what remotes hold, and none is allowed here',
      'git config --global --add exp.workerRemotes URL; one that ends in / allows all below it',
    )
  }
  return broker
}

const gpusOf = async (text: string | undefined, config: Config): Promise<number[] | null> => {
  if (text === undefined) return null
  if (text === 'all') {
    const found = config.gpus ?? (await listGpus())
    if (Array.isArray(found)) return found
    throw new UserError('worker', `nvidia-smi: ${found.problem}`, 'name the GPUs: --gpus 0,1')
  }
  if (/^\d{1,4}(?:,\d{1,4})*$/.test(text)) return [...new Set(text.split(',').map(Number))]
  throw new UserError('usage', `--gpus is a list such as 0,1, or all, and not “${text}”`)
}

const refuseRunning = (home: string, name: string): void => {
  const facts = readFacts(home)
  if (facts === null || (!isAlive(facts.main) && !isAlive(facts.keeper))) return
  throw new UserError(
    'worker',
    `the worker ${name} runs already (pid ${facts.main.pid})`,
    `git exp worker drain ${name}, or choose another name: --name NAME`,
  )
}

/** In the background; waits until all are connected, or says what their log says. */
const detach = async (
  found: Places,
  planned: PlannedWorker[],
  { gpus, queues, name }: WorkerOptions,
): Promise<number> => {
  const homes = planned.map((one) => workerHome(found, one.name))
  for (const home of homes) rmSync(readyFile(home), { force: true })
  keepInBackground([
    process.argv[1] ?? '',
    'worker',
    'start',
    ...(gpus === undefined ? [] : ['--gpus', gpus]),
    ...(queues === undefined ? [] : ['--queues', queues]),
    ...(name === undefined ? [] : ['--name', name]),
  ])
  const deadline = performance.now() + PATIENCE_MS
  const isReady = (): boolean => homes.every((home) => existsSync(readyFile(home)))
  while (!isReady() && performance.now() < deadline) await wait(LOOK_MS)
  if (isReady()) return 0
  const home = homes.find((one) => !existsSync(readyFile(one))) ?? ''
  throw new UserError(
    'worker',
    `it is not connected after ${PATIENCE_MS / 1000} s: ${lastWords(workerLog(home))}`,
    'it goes on trying; git exp worker logs tells more, and git exp worker stop ends it',
  )
}

const endAll = (
  found: Places,
  names: string[],
  end: (home: string) => boolean,
  what: string,
): number => {
  const ended = namesOr(found, names).filter((name) => end(workerHome(found, name)))
  for (const name of ended) process.stderr.write(`${name} ${what}\n`)
  if (ended.length === 0) process.stderr.write('no worker runs here\n')
  return 0
}

const logs = async (found: Places, names: string[], isFollowing: boolean): Promise<number> => {
  const readers = namesOr(found, names).map((name) => {
    const read = logReader((chunk) => process.stdout.write(chunk))
    return () => read(workerLog(workerHome(found, name)))
  })
  for (const read of readers) read()
  while (isFollowing) {
    await wait(LOOK_MS)
    for (const read of readers) read()
  }
  return 0
}

const namesOr = (found: Places, names: string[]): string[] => {
  const all = workerNames(found)
  for (const name of names) {
    if (all.includes(name)) continue
    throw new UserError('worker', `there is no worker ${name} here`, 'git exp worker status')
  }
  return names.length > 0 ? names : all
}
