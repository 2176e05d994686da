import { existsSync, statfsSync } from 'node:fs'
import { GitError } from '../lib/git.ts'

/** Under so much, or a twentieth of a small disk, git and runs soon fail. */
const LITTLE_BYTES = 2 ** 30

/** Whether the disk that holds a folder has little room left; false where there is no such folder. */
export const isDiskNearlyFull = (folder: string, look: typeof statfsSync = statfsSync): boolean => {
  if (!existsSync(folder)) return false
  const { bavail, blocks, bsize } = look(folder)
  return bavail * bsize < Math.min(LITTLE_BYTES, (blocks * bsize) / 20)
}

/** Whether a disk, or the user's share of it, had no more room, be it for us or for our git. */
export const isDiskFull = (error: unknown): boolean => {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ENOSPC' || code === 'EDQUOT') return true
  return (
    error instanceof GitError && /No space left on device|Disk quota exceeded/.test(error.stderr)
  )
}
