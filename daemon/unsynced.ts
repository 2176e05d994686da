import type Database from 'better-sqlite3'

/**
 * Writes what a machine that loses power may lose: who supervises a run that then has ended anyway,
 * how far it is, that the daemon lives. A daemon that is killed loses none of it. Never within a
 * transaction. The next write that is waited for brings it to the disk too.
 */
export const unsynced = (db: Database.Database, write: () => void): void => {
  db.pragma('synchronous = normal')
  try {
    write()
  } finally {
    db.pragma('synchronous = full')
  }
}
