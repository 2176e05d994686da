import { lstatSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'

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
  const isBusy = hasLiveUpdate()
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

/** Whether a `git update-ref` runs that might hold a lock; elsewhere than on Linux age must do. */
const hasLiveUpdate = (): boolean => {
  if (process.platform !== 'linux') return false
  return readdirSync('/proc').some((name) => {
    if (!/^\d+$/.test(name)) return false
    try {
      return readFileSync(`/proc/${name}/cmdline`, 'latin1').split('\0').includes('update-ref')
    } catch {
      return false
    }
  })
}
