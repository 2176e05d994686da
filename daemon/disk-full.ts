import { GitError } from '../lib/git.ts'

/** Whether a disk, or the user's share of it, had no more room, be it for us or for our git. */
export const isDiskFull = (error: unknown): boolean => {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ENOSPC' || code === 'EDQUOT') return true
  return (
    error instanceof GitError && /No space left on device|Disk quota exceeded/.test(error.stderr)
  )
}
