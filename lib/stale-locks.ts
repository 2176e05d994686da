import { lstatSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** What lies longer than this was left by a process that was killed. */
export const ABANDONED_MS = 60_000

/**
 * Removes the lock files that a killed `git update-ref` left beside refs of ours, which would make
 * their names fail for ever [R9]. Says whether there were any, and whether others are still fresh.
 */
export const removeStaleLocks = (
  commonDir: string,
  refs: string[],
  nowMs: number,
): { removed: number; fresh: number } => {
  let removed = 0
  let fresh = 0
  const isBusy = hasLiveUpdate(commonDir)
  for (const ref of refs) {
    const file = join(commonDir, `${ref}.lock`)
    const stat = lstatSync(file, { throwIfNoEntry: false })
    if (stat === undefined) continue
    if (isBusy || nowMs - stat.mtimeMs < ABANDONED_MS) {
      fresh++
      continue
    }
    rmSync(file, { force: true })
    removed++
  }
  return { removed, fresh }
}

/** Whether a `git update-ref` of this repository might hold a lock; only Linux tells, else age must do. */
const hasLiveUpdate = (commonDir: string): boolean => {
  if (process.platform !== 'linux') return false
  return readdirSync('/proc').some((name) => /^\d+$/.test(name) && isUpdateOf(commonDir, name))
}

/** Ours names the git dir in its environment, a hook's works in the worktree. */
const isUpdateOf = (commonDir: string, pid: string): boolean => {
  try {
    const read = (file: string) => readFileSync(`/proc/${pid}/${file}`, 'utf8').split('\0')
    if (!read('cmdline').includes('update-ref')) return false
    const gitDir = read('environ').find((line) => line.startsWith('GIT_DIR='))
    return (
      isWithin(gitDir?.slice('GIT_DIR='.length) ?? '', commonDir) ||
      isWithin(readlinkSync(`/proc/${pid}/cwd`), dirname(commonDir))
    )
  } catch {
    return false // Gone meanwhile, or another user's.
  }
}

const isWithin = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(`${folder}/`)
