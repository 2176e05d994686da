import { lstatSync } from 'node:fs'
import { looksSecret } from '../lib/capture/untracked.ts'
import type { Site } from './executors/executor.ts'

/** Untracked files of a workplace, less what is the user's alone. A latin1 character a byte. */
interface RunsFiles {
  fresh: string[]
  /** Made by the run, but by their names nothing for a commit. */
  secrets: string[]
  /** Whether the run made or changed a file. */
  isMade: (path: string) => boolean
}

/**
 * Tells in the user's own workspace what a run made from what was there before, by the time of the
 * last change, which nobody can set back. A folder of ours held nothing before.
 */
export const withoutUsersFiles = ({ workplace, usersSince }: Site, fresh: string[]): RunsFiles => {
  if (usersSince === null) return { fresh, secrets: [], isMade: () => true }
  const isMade = (path: string): boolean => {
    const file = Buffer.concat([Buffer.from(`${workplace}/`), Buffer.from(path, 'latin1')])
    const stat = lstatSync(file, { throwIfNoEntry: false })
    return stat !== undefined && stat.ctimeMs >= usersSince
  }
  return {
    fresh: fresh.filter((path) => !looksSecret(path)),
    secrets: fresh.filter((path) => looksSecret(path) && isMade(path)),
    isMade,
  }
}
