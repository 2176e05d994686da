import { statSync } from 'node:fs'

/** Also of files of which nobody told are things believed no longer than this. */
const BELIEVED_MS = 5000
/** A file may change twice within what a file system takes for the same time. */
const RACY_MS = 2000
const MOST_KEYS = 32

/** What was made, and of which files: those too that were looked for and are not there. */
export interface Made<T> {
  value: T
  files: string[]
}

interface Known<T> extends Made<T> {
  stamp: string
  until: number
}

/**
 * A function that makes a value of a key once, and again when one of the files that it was made of
 * has changed, or after five seconds.
 */
export const remembered = <T>(
  make: (key: string) => Promise<Made<T>>,
): ((key: string) => Promise<T>) => {
  const known = new Map<string, Known<T>>()
  return async (key) => {
    const old = known.get(key)
    if (old !== undefined && performance.now() < old.until) {
      if (stampOf(old.files, Infinity) === old.stamp) return old.value
    }
    known.delete(key)
    const startedAt = Date.now()
    const made = await make(key)
    const stamp = stampOf(made.files, startedAt - RACY_MS)
    if (stamp === null) return made.value
    if (known.size >= MOST_KEYS) known.clear()
    known.set(key, { ...made, stamp, until: performance.now() + BELIEVED_MS })
    return made.value
  }
}

/** What tells one state of files from another; null if one of them is younger than a time. */
const stampOf = (files: string[], beforeMs: number): string | null => {
  try {
    const stats = files.map((file) => statSync(file, { throwIfNoEntry: false }))
    const youngest = Math.max(
      ...stats.map((stat) => Math.max(stat?.mtimeMs ?? 0, stat?.ctimeMs ?? 0)),
    )
    if (youngest > beforeMs) return null
    return stats
      .map((stat) => `${stat?.dev} ${stat?.ino} ${stat?.size} ${stat?.mtimeMs} ${stat?.ctimeMs}`)
      .join()
  } catch {
    // One that may not be looked at tells nothing.
    return null
  }
}
