import { existsSync, readdirSync, readFileSync, statfsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { examineCluster } from './cluster/examine-cluster.ts'
import {
  examineClock,
  examineGit,
  examineHook,
  examineOverlay,
  examinePool,
  examineService,
} from './examine-surroundings.ts'
import { loadConfig } from './load-config.ts'
import { makePlaces, type Places } from './places.ts'
import type { Repository } from './repository.ts'
import { spooled } from './spool.ts'
import { findDaemon } from './start-daemon.ts'

/** One thing that was looked at. */
export interface Finding {
  is: 'ok' | 'note' | 'fault'
  what: string
  text: string
  fix: string | null
  /** What `git exp doctor --fix` can do about it without harm. */
  remedy?: 'close-folder' | 'start-daemon' | 'remove-hint' | 'install-hook'
}

const LITTLE_DISK_BYTES = 1024 ** 3

/** Looks at this machine, the state folder and all in it, and at the hook of a repository. */
export const examine = async (found: Places, repository: Repository | null): Promise<Finding[]> => {
  const folder = examineFolder(found)
  const config = await loadConfig(repository?.worktree ?? '/')
  return [
    await examineGit(),
    ...config.problems.map((text): Finding => ({ is: 'fault', what: 'config', text, fix: null })),
    folder,
    ...(folder.is === 'fault'
      ? []
      : [
          examineSpool(found),
          ...examineBad(found),
          examineDaemon(found),
          examineDatabase(found),
          examineDisk(found),
          examineClock(found, Date.now()),
          ...examineService(found),
        ]),
    examinePool(config.config),
    ...(await examineOverlay(config.config)),
    ...(repository === null ? [] : [await examineHook(found, repository, config.config)]),
    ...(await examineCluster(config.config, repository)),
  ]
}

const examineFolder = (found: Places): Finding => {
  const what = 'state folder'
  try {
    makePlaces(found)
    return { is: 'ok', what, text: found.home, fix: null }
  } catch (error) {
    const { message, hint } = error as Error & { hint: string | null }
    const isOpen = hint?.startsWith('chmod 700 ') === true
    return {
      is: 'fault',
      what,
      text: message,
      fix: hint,
      ...(isOpen ? { remedy: 'close-folder' as const } : {}),
    }
  }
}

const examineSpool = (found: Places): Finding => {
  const waiting = spooled(found).length
  if (waiting > 0 && findDaemon(found) === null) {
    return {
      is: 'fault',
      what: 'spool',
      text: `${waiting} tickets wait and no daemon runs`,
      fix: 'git exp daemon start',
      remedy: 'start-daemon',
    }
  }
  return { is: 'ok', what: 'spool', text: `${waiting} tickets wait`, fix: null }
}

const examineBad = (found: Places): Finding[] =>
  readdirSync(found.spool.bad)
    .filter((name) => !name.endsWith('.reason'))
    .map((name) => {
      const reason = join(found.spool.bad, `${name}.reason`)
      const text = existsSync(reason) ? readFileSync(reason, 'utf8').trim() : 'for no known reason'
      return {
        is: 'fault',
        what: 'ticket set aside',
        text: `${name}: ${text}`,
        fix: `look at it and remove it: ${join(found.spool.bad, name)}`,
      }
    })

const examineDaemon = (found: Places): Finding => {
  const what = 'daemon'
  const identity = findDaemon(found)
  const isLocked = isHeld(found.lock)
  if (identity !== null && isLocked) {
    return { is: 'ok', what, text: `runs (pid ${identity.pid})`, fix: null }
  }
  if (identity === null && !isLocked) {
    return {
      is: 'note',
      what,
      text: 'is not running; it starts with the next git exp add',
      fix: null,
    }
  }
  return isLocked
    ? {
        is: 'fault',
        what,
        text: 'a daemon holds the lock and its hint is gone',
        fix: 'look for it and end it: pgrep -af git-exp',
      }
    : {
        is: 'fault',
        what,
        text: `the hint names pid ${identity?.pid}, which does not hold the lock`,
        fix: `rm '${found.hint}'`,
        remedy: 'remove-hint',
      }
}

/** Whether a daemon holds its lock. Only `doctor` probes it: a probe can be in a daemon's way. */
const isHeld = (file: string): boolean => {
  if (!existsSync(file)) return false
  const db = new Database(file, { timeout: 0 })
  try {
    db.exec('begin exclusive; rollback')
    return false
  } catch {
    return true
  } finally {
    db.close()
  }
}

const examineDatabase = (found: Places): Finding => {
  const what = 'database'
  if (!existsSync(found.database)) {
    if (readdirSync(found.runs).length === 0) {
      return { is: 'note', what, text: 'there is none yet', fix: null }
    }
    return { is: 'fault', what, text: 'is gone', fix: 'git exp doctor --rebuild' }
  }
  if (statSync(found.database).size === 0) {
    return { is: 'fault', what, text: 'is empty', fix: 'git exp doctor --rebuild' }
  }
  try {
    const db = new Database(found.database, { readonly: true, timeout: 2000 })
    const verdict = db.pragma('quick_check', { simple: true }) as string
    db.close()
    if (verdict === 'ok') return { is: 'ok', what, text: 'is whole', fix: null }
    return { is: 'fault', what, text: verdict, fix: 'git exp doctor --rebuild' }
  } catch (error) {
    return {
      is: 'fault',
      what,
      text: `${found.database} cannot be read: ${(error as Error).message}`,
      fix: 'git exp doctor --rebuild',
    }
  }
}

const examineDisk = (found: Places): Finding => {
  const { bavail, bsize } = statfsSync(found.home)
  const free = bavail * bsize
  const text = `${(free / 1024 ** 3).toFixed(1)} GB free for ${found.home}`
  if (free >= LITTLE_DISK_BYTES) return { is: 'ok', what: 'disk', text, fix: null }
  return {
    is: 'fault',
    what: 'disk',
    text,
    fix: 'make room, or name another place in GIT_EXP_HOME',
  }
}
