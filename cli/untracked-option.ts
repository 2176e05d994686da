import { UserError } from '../lib/errors.ts'

/** Reads `--untracked`. */
export const readUntracked = (which: string | undefined): 'normal' | 'all' => {
  if (which === undefined || which === 'normal' || which === 'all') return which ?? 'normal'
  throw new UserError('usage', `--untracked is all or normal, not “${which}”`)
}
