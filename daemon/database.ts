import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { UserError } from '../lib/errors.ts'
import { packageRoot } from '../lib/package.ts'
import type { Places } from '../lib/places.ts'
import { SCHEMA_VERSION } from '../lib/schema-version.ts'
import { keepFirstRows } from './first-rows.ts'

export interface OpenedDatabase {
  db: Database.Database
  /**
   * Whether its tables are new while `runs/` knows of experiments: rows are to be built anew. Until
   * `markBuilt` it is nobody's to read, and a daemon that dies before leaves it to the next.
   */
  isToRebuild: boolean
}

/** The version of tables whose rows are still being built. */
const UNFINISHED = 0

/**
 * Opens the queue to write: the daemon's only connection. One that is missing, damaged or newer is
 * never replaced by an empty one unasked: with `rebuild` it is kept aside and a new one made. The
 * rows of an older version's are built anew without being asked, since all of them can be.
 */
export const openDatabase = (places: Places, rebuild: boolean): OpenedDatabase => {
  const file = places.database
  const schema = readFileSync(join(packageRoot(), 'schema.sql'), 'utf8')
  const found = rebuild ? null : inspect(places)
  if (found === 'right') return { db: connect(file), isToRebuild: false }
  const isToRebuild = found !== 'none'
  if (found === 'unfinished') removeDatabase(file)
  else setAside(file)
  // Made beside its place: a daemon that dies meanwhile leaves no empty database.
  const draft = `${file}.new`
  rmSync(draft, { force: true })
  const db = new Database(draft)
  db.exec(`begin; ${schema}; commit`)
  if (isToRebuild) db.pragma(`user_version = ${UNFINISHED}`)
  db.close()
  renameSync(draft, file)
  return { db: connect(file), isToRebuild }
}

/** Says that all rows are there, also in the file's header, where programs look without SQLite. */
export const markBuilt = (db: Database.Database): void => {
  db.pragma(`user_version = ${SCHEMA_VERSION}`)
  db.pragma('wal_checkpoint(truncate)')
}

const connect = (file: string): Database.Database => {
  const db = new Database(file, { timeout: 5000 })
  db.pragma('journal_mode = WAL')
  // A ticket leaves the spool only when its rows are on the disk [R8].
  db.pragma('synchronous = FULL')
  db.pragma('fullfsync = on')
  db.pragma('foreign_keys = on')
  return db
}

/** Looks at what is there; throws when a person must decide. */
const inspect = (places: Places): 'right' | 'older' | 'unfinished' | 'none' => {
  const file = places.database
  if (!existsSync(file)) {
    if (readdirSync(places.runs).length === 0) return 'none'
    throw lost(`${file} is gone, and runs/ knows of experiments`)
  }
  if (statSync(file).size === 0) throw lost(`${file} is empty`)
  const version = readVersion(file)
  if (version > SCHEMA_VERSION) {
    throw new UserError(
      'daemon',
      `${file} was written by a newer git-exp (version ${version} of its tables; this one knows ${SCHEMA_VERSION})`,
      'install the newer git-exp again',
    )
  }
  if (version === SCHEMA_VERSION) return 'right'
  if (version === UNFINISHED) return 'unfinished'
  if (version === 1) keepFirstRows(places)
  return 'older'
}

const readVersion = (file: string): number => {
  let db: Database.Database | null = null
  try {
    db = new Database(file, { timeout: 5000 })
    const verdict = db.pragma('quick_check(1)', { simple: true }) as string
    if (verdict !== 'ok') throw new Error(verdict)
    return db.pragma('user_version', { simple: true }) as number
  } catch (error) {
    throw lost(`${file} is damaged: ${(error as Error).message}`)
  } finally {
    db?.close()
  }
}

const lost = (what: string): UserError =>
  new UserError('daemon', what, 'git exp doctor --rebuild keeps it aside and builds it anew')

const PARTS = ['', '-wal', '-shm']

const removeDatabase = (file: string): void => {
  for (const part of PARTS) rmSync(file + part, { force: true })
}

const setAside = (file: string): void => {
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '')
  for (const part of PARTS) {
    if (existsSync(file + part)) renameSync(file + part, `${file}.${time}.aside${part}`)
  }
}
