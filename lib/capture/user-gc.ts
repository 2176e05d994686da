import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { identify, isAlive } from '../process-identity.ts'

const LIMIT_MS = 10_000
const LOOK_MS = 20

/**
 * Waits for a `git gc` of the user's that runs already: with `--prune=now` it may remove objects
 * which no ref holds yet, and a ref given to such objects would be broken for a moment. Gives back
 * whether there was one. After ten seconds it is left to itself: the check behind the ref remains.
 */
export const letGcEnd = async (commonDir: string): Promise<boolean> => {
  const gc = runningGc(commonDir)
  if (gc === null) return false
  const deadline = performance.now() + LIMIT_MS
  while (isAlive(gc) && performance.now() < deadline) await wait(LOOK_MS)
  return true
}

/** The process that git noted in `gc.pid`, if it is on this machine and lives. */
const runningGc = (commonDir: string) => {
  try {
    const [pid = '', host] = readFileSync(join(commonDir, 'gc.pid'), 'utf8').trim().split(' ')
    return host === hostname() && /^\d+$/.test(pid) ? identify(Number(pid)) : null
  } catch {
    return null
  }
}
