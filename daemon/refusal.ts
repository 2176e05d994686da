import { UserError } from '../lib/errors.ts'
import type { Reason } from '../lib/experiment.ts'
import { GitError } from '../lib/git.ts'
import { isDiskFull } from './disk-full.ts'
import { MissingObjects } from './workplace/missing-objects.ts'

/** Why a snapshot cannot be made ready to run, in words. Throws what is a fault of ours. */
export const refusal = (error: unknown): Reason => {
  const { code, message } = error as NodeJS.ErrnoException
  if (isDiskFull(error)) return { code: 'disk', text: 'the disk is full' }
  if (error instanceof MissingObjects) {
    return { code: 'missing-object', text: `${message}; fetch it and try again` }
  }
  if (error instanceof UserError && error.code === 'workspace-changed') {
    const next = error.hint === null ? '' : `; ${error.hint}`
    return { code: error.code, text: `${message}${next}` }
  }
  if (error instanceof GitError || error instanceof UserError || code !== undefined) {
    return { code: 'missing-object', text: `the snapshot cannot be laid out: ${message}` }
  }
  throw error
}
