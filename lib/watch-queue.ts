import { watch } from 'node:fs'
import { basename, dirname } from 'node:path'
import type { Places } from './places.ts'

/**
 * Calls `onChange` whenever something may have been written to the queue's database. Gives back how
 * to end that; null where the system has no watches left.
 */
export const watchQueue = (
  { database }: Pick<Places, 'database'>,
  onChange: () => void,
): (() => void) | null => {
  // What is written goes to the log of the database first. Its third file changes as others read.
  const written = [basename(database), `${basename(database)}-wal`]
  try {
    const watcher = watch(dirname(database), (_, file) => {
      if (file === null || written.includes(file)) onChange()
    })
    watcher.on('error', onChange)
    return () => watcher.close()
  } catch {
    return null
  }
}
