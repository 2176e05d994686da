import { existsSync, readFileSync } from 'node:fs'
import type { Places } from '../lib/places.ts'
import { isAlive } from '../lib/process-identity.ts'
import { nodeName } from '../lib/worker/start-celery.ts'
import {
  pausedFile,
  readCurrent,
  readFacts,
  readyFile,
  workerHome,
  workerLog,
  workerNames,
} from '../lib/worker/worker-places.ts'
import { printTable } from './table.ts'

/** A worker as `git exp worker status --json` has it. */
interface ShownWorker {
  name: string
  node: string
  state: 'ended' | 'connecting' | 'idle' | 'running' | 'paused'
  pid: number | null
  queues: string[]
  gpus: string | null
  since: string | null
  experiment: { id: string; name: string; attempt: number; since: string } | null
  /** Why it takes no more. */
  paused: string | null
  log: string
}

export const workersText = (found: Places): string => {
  const all = workerNames(found).map((name) => look(found, name))
  if (all.length === 0) return 'no worker was ever started here: git exp worker start\n'
  const column = (head: string, cellOf: (one: ShownWorker) => string) => ({
    head,
    cells: all.map(cellOf),
  })
  return printTable(
    [
      column('worker', ({ node }) => node),
      column('state', ({ state, paused, experiment }) =>
        [state, ...(paused ? [paused] : experiment ? [experiment.name] : [])].join(': '),
      ),
      column('gpus', ({ gpus }) => gpus ?? ''),
      column('queues', ({ queues }) => queues.join(', ')),
    ],
    null,
  )
}

export const workersJson = (found: Places): string =>
  `${JSON.stringify(workerNames(found).map((name) => look(found, name)))}\n`

const look = (found: Places, name: string): ShownWorker => {
  const home = workerHome(found, name)
  const facts = readFacts(home)
  const isUp = facts !== null && isAlive(facts.main)
  const current = readCurrent(home)
  const isBusy = current !== null && isAlive(current.node)
  const paused = existsSync(pausedFile(home)) ? readFileSync(pausedFile(home), 'utf8').trim() : null
  return {
    name,
    node: nodeName({ name }),
    state: stateOf({
      isUp,
      isBusy,
      isPaused: paused !== null,
      isReady: existsSync(readyFile(home)),
    }),
    pid: isUp ? facts.main.pid : null,
    queues: facts?.queues ?? [],
    gpus: facts?.gpus ?? null,
    since: isUp ? facts.since : null,
    experiment: isBusy
      ? { id: current.exp, name: current.name, attempt: current.attempt, since: current.since }
      : null,
    paused,
    log: workerLog(home),
  }
}

const stateOf = (one: {
  isUp: boolean
  isBusy: boolean
  isPaused: boolean
  isReady: boolean
}): ShownWorker['state'] => {
  if (one.isBusy) return 'running'
  if (!one.isUp) return 'ended'
  if (one.isPaused) return 'paused'
  return one.isReady ? 'idle' : 'connecting'
}
