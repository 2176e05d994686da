import { randomUUID } from 'node:crypto'
import { copyFileSync, rmSync, statSync, utimesSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Copies the index where git may write to it. The copy is as old as the original, rounded down to
 * the second: git looks again into every file that is not older than its index, and a younger copy
 * would hide an edit made in the second of the last `git add` [R2]. A missing index is an empty one.
 */
export const copyIndex = (index: string, scratch: string): string => {
  const copy = join(scratch, `index-${randomUUID()}`)
  // Asked first: a git that replaces the index in between must not lend its time to an older copy.
  const stat = statSync(index, { throwIfNoEntry: false })
  if (stat === undefined) return copy
  copyFileSync(index, copy)
  const seconds = Math.floor(stat.mtimeMs / 1000)
  utimesSync(copy, seconds, seconds)
  return copy
}

/** Removes a private index and the lock that a killed git may have left beside it. */
export const dropIndex = (index: string): void => {
  for (const file of [index, `${index}.lock`]) rmSync(file, { force: true })
}
