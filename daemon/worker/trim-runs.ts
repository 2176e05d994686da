import { existsSync, lstatSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { replaceFile } from '../../lib/files.ts'
import type { Worker } from './worker.ts'

const DAY_MS = 86_400_000
/** Logs are on the remote; what lies here helps those who look soon. */
const LOGS_DAYS = 30
/** It is looked at no more often. */
const HOUR_MS = 3_600_000
/** What was kept of a run that has just ended may not be named yet. */
const YOUNG_MS = 60_000

/**
 * Keeps a worker's folder from growing for ever: of what stayed of its runs the oldest goes where all is
 * more than `exp.keepIgnoredTotal`, and the logs of runs that left nothing after a month.
 */
export const trimRuns = ({ places, config, clock }: Worker): void => {
  const mark = join(places.home, 'trimmed')
  const now = clock()
  if ((lstatSync(mark, { throwIfNoEntry: false })?.mtimeMs ?? 0) > now - HOUR_MS) return
  replaceFile(mark, '')
  const runs = readdirSync(places.runs)
    .map((id) => join(places.runs, id))
    .map((folder) => ({ folder, bytes: bytesOf(folder), usedAt: lstatSync(folder).mtimeMs }))
    .toSorted((a, b) => b.usedAt - a.usedAt)
  // The newest stays, however large it is.
  let total = runs[0]?.bytes ?? 0
  for (const { folder, bytes, usedAt } of runs.slice(1)) {
    total += bytes
    const isOver =
      bytes > 0 ? total > config.keepIgnoredTotalBytes : usedAt < now - LOGS_DAYS * DAY_MS
    if (isOver) rmSync(folder, { recursive: true, force: true })
  }
  for (const name of readdirSync(places.store)) {
    const file = join(places.store, name)
    const { nlink, ctimeMs } = lstatSync(file)
    if (nlink === 1 && ctimeMs < now - YOUNG_MS) rmSync(file, { force: true })
  }
}

/** What is kept of a run's outputs, all attempts together. */
const bytesOf = (run: string): number =>
  readdirSync(run)
    .map((attempt) => join(run, attempt, 'outputs'))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + lstatSync(join(entry.parentPath, entry.name)).size, 0)
