import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { ForeignResult } from '../experiment.ts'
import { replaceFile } from '../files.ts'
import type { Plain } from '../params/plain.ts'
import { parsePlain, printPlain } from '../params/plain-json.ts'

/** What a result's commit says, but for what its ref does. */
export interface ResultFacts extends Pick<ForeignResult, 'params' | 'metrics' | 'goal' | 'kept'> {
  /** The experiment of some queue whose result it is; null for DVC's. */
  experiment: string | null
  durationSeconds: number | null
  committedMs: number
}

/** The file where facts of one repository's results are kept; it may be deleted at any time. */
export const resultCacheFile = (commonDir: string, env: NodeJS.ProcessEnv): string => {
  const caches = env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache')
  const repository = createHash('sha256').update(commonDir).digest('hex').slice(0, 16)
  return join(caches, 'git-exp', `results.${repository}.json`)
}

/** A commit never changes: its facts are known by its id. What cannot be read is nothing. */
export const readResultCache = (file: string): Map<string, ResultFacts> => {
  try {
    const { version, results } = parsePlain(readFileSync(file, 'utf8')) as unknown as {
      version: number
      results: Record<string, ResultFacts>
    }
    return new Map(version === VERSION ? Object.entries(results).filter(isWhole) : [])
  } catch {
    return new Map()
  }
}

/** A cache that cannot be written is no failure: the next reader reads Git again. */
export const writeResultCache = (file: string, results: Map<string, ResultFacts>): void => {
  const content = { version: VERSION, results: Object.fromEntries(results) } as unknown as Plain
  try {
    mkdirSync(join(file, '..'), { recursive: true, mode: 0o700 })
    replaceFile(file, printPlain(content))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error
  }
}

const VERSION = 1

const isWhole = ([, facts]: [string, unknown]): boolean => {
  const { params, metrics, goal, kept, committedMs } = (facts ?? {}) as Partial<ResultFacts>
  return (
    [params, metrics, goal].every((one) => typeof one === 'object') &&
    Array.isArray(kept) &&
    Number.isFinite(committedMs)
  )
}
