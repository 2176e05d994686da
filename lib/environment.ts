import { createHash } from 'node:crypto'
import { existsSync, lstatSync, readFileSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { UserError } from './errors.ts'
import { replaceFile } from './files.ts'
import { LOCAL_GIT_VARIABLES } from './git.ts'
import type { Places } from './places.ts'

export type Environment = Record<string, string>

/** What a shell around git leaves behind and no run should see, beside git's own list. */
const NOT_FOR_RUNS = new Set([
  ...LOCAL_GIT_VARIABLES,
  'GIT_PREFIX',
  'GIT_EDITOR',
  'GIT_REFLOG_ACTION',
  'GIT_EXEC_PATH',
])

/** Our own marks of an outer run; a nested experiment gets its own. */
const isOurMark = (name: string): boolean => /^GIT_EXP_(?!TEST_|HOME$)/.test(name)

/** The variables of this process that a run may have (law 11), by name. */
export const environmentForRuns = (env: NodeJS.ProcessEnv): Environment =>
  Object.fromEntries(
    Object.entries(env)
      .filter((entry): entry is [string, string] => entry[1] !== undefined)
      .filter(([name]) => !NOT_FOR_RUNS.has(name) && !isOurMark(name))
      .filter(([name]) => !/^GIT_(AUTHOR|COMMITTER)_|^GIT_CONFIG_(KEY|VALUE)_\d+$/.test(name))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  )

/**
 * Keeps an environment under the hash of its content, once for all experiments that share it, and
 * gives back that hash. Values may be secrets: the file is this user's alone.
 */
export const keepEnvironment = (places: Places, env: Environment): string => {
  const text = Object.entries(env)
    .map(([name, value]) => `${name}=${value}\0`)
    .join('')
  const hash = createHash('sha256').update(text).digest('hex')
  const file = join(places.spool.env, hash)
  // One that is used again is young again, so that it is not pruned before its ticket arrives.
  if (!touch(file)) replaceFile(file, text)
  return hash
}

const touch = (file: string): boolean => {
  try {
    const now = new Date()
    utimesSync(file, now, now)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return false
  }
}

/** Reads a kept environment back. */
export const readEnvironment = (places: Places, hash: string): Environment => {
  const file = join(places.spool.env, hash)
  if (!isEnvironmentName(hash) || !existsSync(file) || !lstatSync(file).isFile()) {
    throw new UserError('state-folder', `the environment ${hash} is no longer kept`, null)
  }
  return Object.fromEntries(
    readFileSync(file, 'utf8')
      .split('\0')
      .slice(0, -1)
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )
}

export const isEnvironmentName = (name: string): boolean => /^[0-9a-f]{64}$/.test(name)
