import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { replaceFile } from '../../lib/files.ts'
import { pausedFile } from '../../lib/worker/worker-places.ts'
import type { Worker } from './worker.ts'

/** A machine that can run nothing would have the whole queue through in minutes. */
const MOST = { refused: 5, failed: 20 }
/** A run that fails later than this had a machine that could run it. */
const QUICK_MS = 10_000

export type Quick = keyof typeof MOST

/** Whether a job that ended so tells against this machine. */
export const isQuickFailure = (
  state: string,
  { startedAt, endedAt }: { startedAt: number | null; endedAt: number },
): Quick | null => {
  if (state === 'refused') return 'refused'
  return state === 'failed' && endedAt - (startedAt ?? endedAt) < QUICK_MS ? 'failed' : null
}

/**
 * Counts jobs in a row that this worker could not run or that failed at once. Gives back why it is to
 * take no more, in words, when they are too many.
 */
export const countStreak = (
  { places }: Pick<Worker, 'places'>,
  quick: Quick | null,
): string | null => {
  const file = join(places.home, 'streak')
  const before = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Streak) : NONE
  const now = quick === null ? NONE : { ...before, [quick]: before[quick] + 1 }
  if (now !== before) replaceFile(file, `${JSON.stringify(now)}\n`)
  if (quick === null || now[quick] < MOST[quick]) return null
  const why =
    quick === 'refused'
      ? `${now.refused} jobs in a row could not be run here`
      : `${now.failed} jobs in a row failed within ${QUICK_MS / 1000} s`
  replaceFile(pausedFile(places.home), `${why}\n`)
  return why
}

type Streak = Record<Quick, number>

const NONE: Streak = { refused: 0, failed: 0 }
