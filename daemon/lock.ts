import Database from 'better-sqlite3'

/**
 * Takes the lock that one daemon of a user and host holds for its whole life: an exclusive
 * transaction on a file of one page, which the system ends with the process. Waits up to 2 s, since
 * a reader that only probes holds it for a moment [R7]. Null when another daemon has it.
 */
export const takeLock = (file: string): Database.Database | null => {
  const db = new Database(file, { timeout: 2000 })
  try {
    db.exec('begin exclusive')
    return db
  } catch (error) {
    db.close()
    if ((error as { code?: string }).code === 'SQLITE_BUSY') return null
    throw error
  }
}
