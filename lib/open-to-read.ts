import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type Database from 'better-sqlite3'
import { UserError } from './errors.ts'
import { SCHEMA_VERSION } from './schema-version.ts'
import { sqlite } from './sqlite.ts'

/**
 * Opens the queue's database to read. In a folder that cannot be written, where SQLite's log cannot
 * be read either, a private copy is opened instead [R20]. Null while a first daemon is still at it.
 */
export const openToRead = (file: string): Database.Database | null => {
  if (!existsSync(file)) return null
  try {
    return checked(new (sqlite())(file, { readonly: true, timeout: 2000 }))
  } catch (error) {
    const code = String((error as { code?: string }).code)
    if (/^SQLITE_(?:READONLY|CANTOPEN)/.test(code)) return openCopy(file)
    if (!/^SQLITE_(?:NOTADB|CORRUPT)/.test(code)) throw error
    throw new UserError('daemon', `${file} is damaged`, 'git exp doctor --rebuild')
  }
}

const checked = (db: Database.Database): Database.Database | null => {
  const version = db.pragma('user_version', { simple: true }) as number
  if (version === SCHEMA_VERSION) return db
  db.close()
  if (version === 0) return null
  throw new UserError(
    'daemon',
    `the queue's database is of another version of git-exp (${version}, not ${SCHEMA_VERSION})`,
    version > SCHEMA_VERSION ? 'install the newer git-exp again' : 'git exp daemon restart',
  )
}

const openCopy = (file: string): Database.Database | null => {
  const folder = mkdtempSync(join(tmpdir(), 'git-exp-read-'))
  try {
    const copy = join(folder, 'queue.db')
    for (const part of ['', '-wal']) {
      if (existsSync(file + part)) copyFileSync(file + part, copy + part)
    }
    return checked(new (sqlite())(copy, { timeout: 2000 }))
  } finally {
    // What is open stays readable; nothing is left behind.
    rmSync(folder, { recursive: true, force: true })
  }
}
