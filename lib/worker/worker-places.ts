import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { UserError } from '../errors.ts'
import type { Places } from '../places.ts'
import type { ProcessIdentity } from '../process-identity.ts'

/**
 * Where a worker of this user on this machine has its own queue folder: the logs and outputs of its
 * runs, its log, and what it tells of itself. Several workers never share one.
 */
export const workerHome = (found: Places, name: string): string =>
  join(found.home, 'workers', checkWorkerName(name))

/** The names of the workers that were ever started here. */
export const workerNames = (found: Places): string[] => {
  const folder = join(found.home, 'workers')
  return existsSync(folder) ? readdirSync(folder).filter(isWorkerName).toSorted() : []
}

/** Private copies of the remotes, which all workers here share. */
export const clonesFolder = (found: Places): string => join(found.home, 'worker-clones')

const isWorkerName = (name: string): boolean => /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/.test(name)

const checkWorkerName = (name: string): string => {
  if (isWorkerName(name)) return name
  throw new UserError(
    'bad-name',
    `“${name}” is no name for a worker`,
    'letters, digits, _ and -, at most 63, such as gpu0',
  )
}

/** This machine, as claims, queues and workers name it. `GIT_EXP_TEST_HOST` stands in for it in tests. */
export const hostName = (): string =>
  (process.env.GIT_EXP_TEST_HOST ?? hostname()).replace(/[^\w.-]/g, '-')

/** What a worker works on: its program writes it, and takes it away when it has ended. */
export interface Current {
  node: ProcessIdentity
  exp: string
  name: string
  attempt: number
  /** ISO 8601. */
  since: string
}

export const currentFile = (home: string): string => join(home, 'current')

/** Null where it works on nothing. Whether it lives is in the file's `node`. */
export const readCurrent = (home: string): Current | null => readJson(currentFile(home))

/** A worker that was started: its main process, and what it takes. */
export interface WorkerFacts {
  main: ProcessIdentity
  /** Who starts it anew when it dies. */
  keeper: ProcessIdentity
  queues: string[]
  /** As `CUDA_VISIBLE_DEVICES` has it; null: all that there are. */
  gpus: string | null
  /** ISO 8601. */
  since: string
}

export const factsFile = (home: string): string => join(home, 'worker')

export const readFacts = (home: string): WorkerFacts | null => readJson(factsFile(home))

/** Why a worker took itself off its queues, in words; the file is there until it is started again. */
export const pausedFile = (home: string): string => join(home, 'paused')

/** There once a worker was told to end: it is not started anew. */
export const endingFile = (home: string): string => join(home, 'ending')

/** There once a worker is connected and takes jobs. */
export const readyFile = (home: string): string => join(home, 'ready')

/** What is to be published, a file each, until the remote has taken it. */
export const outboxFolder = (home: string): string => join(home, 'outbox')

export const hasLetters = (home: string): boolean =>
  existsSync(outboxFolder(home)) && readdirSync(outboxFolder(home)).length > 0

export const workerLog = (home: string): string => join(home, 'log')

const readJson = <T>(file: string): T | null => {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || error instanceof SyntaxError) {
      return null
    }
    throw error
  }
}
