import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { UserError } from '../lib/errors.ts'
import { packageRoot } from '../lib/package.ts'

/** Opens the queue to write, and makes its tables in a new one. The daemon's only connection. */
export const openDatabase = (file: string): Database.Database => {
  const db = new Database(file, { timeout: 5000 })
  const schema = readFileSync(join(packageRoot(), 'schema.sql'), 'utf8')
  const ours = Number(/pragma user_version = (\d+)/.exec(schema)?.[1])
  const found = db.pragma('user_version', { simple: true }) as number
  if (found > ours) {
    db.close()
    throw new UserError(
      'daemon',
      `${file} was written by a newer git-exp (version ${found} of its tables; this one knows ${ours})`,
      'install the newer git-exp again',
    )
  }
  db.pragma('journal_mode = WAL')
  // A ticket leaves the spool only when its rows are on the disk [R8].
  db.pragma('synchronous = FULL')
  db.pragma('fullfsync = on')
  db.pragma('foreign_keys = on')
  if (found === 0) db.transaction(() => db.exec(schema))()
  return db
}
