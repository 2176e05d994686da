import { closeSync, openSync, readSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import type { Places } from './places.ts'
import { SCHEMA_VERSION } from './schema-version.ts'
import { ensureDaemon } from './start-daemon.ts'

/** Where the header of a SQLite file has `user_version`, a big-endian number of four bytes. */
const VERSION_AT = 60

/** Thousands of rows are built anew in less. */
const PATIENCE_MS = 30_000
const LOOK_MS = 20

/**
 * After an upgrade the tables may be an older program's. A daemon of this one builds them anew, so
 * one is started and waited for; whoever reads the database after that finds out if it could not.
 */
export const upgradeTables = async (places: Places): Promise<void> => {
  if (!hasOlderTables(places)) return
  if ((await ensureDaemon(places, { waitMs: PATIENCE_MS })) === 'failed') return
  const deadline = performance.now() + PATIENCE_MS
  while (hasOlderTables(places) && performance.now() < deadline) await wait(LOOK_MS)
}

/** By its header alone: SQLite is not loaded for it, and each verb asks. */
const hasOlderTables = ({ database }: Places): boolean => {
  let file: number
  try {
    file = openSync(database, 'r')
  } catch {
    return false
  }
  try {
    const bytes = Buffer.alloc(4)
    // Of tables that are being built the version is 0.
    return readSync(file, bytes, 0, 4, VERSION_AT) === 4 && bytes.readUInt32BE() < SCHEMA_VERSION
  } finally {
    closeSync(file)
  }
}
