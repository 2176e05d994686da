import { join } from 'node:path'
import { replaceFile } from '../lib/files.ts'
import { isDiskFull } from './run-log.ts'
import type { Outcome } from './supervision.ts'

/** How often a full disk is tried again. */
const DISK_MS = 1000

/** Writes an attempt's outcome, which is worth waiting for: a full disk may have room again. */
export const leaveOutcome = async (folder: string, outcome: Outcome): Promise<void> => {
  for (;;) {
    try {
      replaceFile(join(folder, 'outcome'), `${JSON.stringify(outcome)}\n`)
      return
    } catch (error) {
      if (!isDiskFull(error)) throw error
      await new Promise((resolve) => setTimeout(resolve, DISK_MS))
    }
  }
}
