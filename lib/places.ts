import { randomUUID } from 'node:crypto'
import { lstatSync, mkdirSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { UserError } from './errors.ts'
import { replaceFile } from './files.ts'
import { hostId, isOnNetwork } from './host.ts'

/** The folders and files of one user's queue on one machine; design section 3 says what each is. */
export interface Places {
  home: string
  spool: { tmp: string; new: string; bad: string; env: string }
  database: string
  lock: string
  hint: string
  daemonLog: string
  runs: string
  store: string
  /** Scratch for private indexes. */
  scratch: string
  /** Private indexes that are kept from one capture to the next. */
  indexes: string
}

/** Names the places; makes nothing. */
export const places = (env: NodeJS.ProcessEnv = process.env): Places => at(stateHome(env))

/** Makes what is missing, for this user's eyes alone. */
export const makePlaces = (found: Places): Places => {
  try {
    for (const folder of [
      found.home,
      ...Object.values(found.spool),
      found.runs,
      found.store,
      found.scratch,
    ]) {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
    }
    checkOwner(found.home)
    queueId(found)
  } catch (error) {
    if (error instanceof UserError) throw error
    const text = (error as Error).message
    throw new UserError(
      'state-folder',
      `the state folder ${found.home} cannot be used: ${text}`,
      'make it yours and writable, or name another one in GIT_EXP_HOME',
    )
  }
  return found
}

/** The random name of this queue, which each snapshot carries; made at first use. */
export const queueId = (found: Places): string => {
  const file = join(found.home, 'queue.id')
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  replaceFile(file, `${randomUUID()}\n`, { keepExisting: true })
  return readFileSync(file, 'utf8').trim()
}

/** Where one attempt at an experiment leaves its log, command, outcome and outputs. */
export const attemptFolder = (found: Places, id: string, attempt: number): string =>
  join(found.runs, id, String(attempt))

const at = (home: string): Places => ({
  home,
  spool: {
    tmp: join(home, 'spool', 'tmp'),
    new: join(home, 'spool', 'new'),
    bad: join(home, 'spool', 'bad'),
    env: join(home, 'spool', 'env'),
  },
  database: join(home, 'queue.db'),
  lock: join(home, 'daemon.lock'),
  hint: join(home, 'daemon.hint'),
  daemonLog: join(home, 'daemon.log'),
  runs: join(home, 'runs'),
  store: join(home, 'store'),
  scratch: join(home, 'scratch'),
  indexes: join(home, 'indexes'),
})

const stateHome = (env: NodeJS.ProcessEnv): string => {
  if (env.GIT_EXP_HOME) return absolute(env.GIT_EXP_HOME)
  const given = env.XDG_STATE_HOME ?? ''
  const state = isAbsolute(given) ? given : join(env.HOME || homedir(), '.local', 'state')
  if (isOnNetwork(nearestExisting(state))) return `/var/tmp/git-exp-${process.getuid?.() ?? 0}`
  return join(state, 'git-exp', hostId())
}

/** The daemon works in another folder than whoever starts it: both must mean the same place. */
const absolute = (home: string): string => {
  if (isAbsolute(home)) return home
  throw new UserError(
    'state-folder',
    `GIT_EXP_HOME “${home}” is not an absolute path`,
    'begin it with a slash',
  )
}

/** Whether the usual state folder was left because it lies on a network file system. */
export const movedFromNetwork = (found: Places, env: NodeJS.ProcessEnv = process.env): boolean =>
  !env.GIT_EXP_HOME && found.home.startsWith('/var/tmp/git-exp-')

const nearestExisting = (folder: string): string => {
  try {
    lstatSync(folder)
    return folder
  } catch {
    return nearestExisting(join(folder, '..'))
  }
}

const checkOwner = (folder: string): void => {
  const stat = lstatSync(folder)
  const uid = process.getuid?.()
  if (!stat.isDirectory() || (uid !== undefined && stat.uid !== uid)) {
    throw new UserError(
      'state-folder',
      `the state folder ${folder} is not a folder of this user`,
      'name another one in GIT_EXP_HOME',
    )
  }
  if ((stat.mode & 0o077) !== 0) {
    throw new UserError(
      'state-folder',
      `others may read the state folder ${folder}, and it holds environments`,
      `chmod 700 '${folder}'`,
    )
  }
}
