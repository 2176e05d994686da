import { utimesSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as immediate } from 'node:timers/promises'
import Database from 'better-sqlite3'
import t from 'tap'
import { openToRead } from '../../lib/open-to-read.ts'
import { SCHEMA_VERSION } from '../../lib/schema-version.ts'
import { watchQueue } from '../../lib/watch-queue.ts'

const make = (database: string): Database.Database => {
  const db = new Database(database)
  db.pragma('journal_mode = wal')
  db.pragma(`user_version = ${SCHEMA_VERSION}`)
  db.exec('create table one (value)')
  return db
}

/** A promise of the next change that is told of. */
const changes = (): { tell: () => void; next: () => Promise<void>; count: () => number } => {
  let told = 0
  let heard = (): void => {}
  return {
    tell: () => {
      told++
      heard()
    },
    next: () => new Promise((resolve) => (heard = resolve)),
    count: () => told,
  }
}

t.test('each write to the queue is told of, by whomever', async (t) => {
  const database = join(t.testdir(), 'queue.db')
  const db = make(database)
  const { tell, next } = changes()
  const end = watchQueue({ database }, tell)
  for (const value of [1, 2]) {
    const told = next()
    db.prepare('insert into one values (?)').run(value)
    await told
  }
  t.pass('both were told of')
  end?.()
  db.close()
})

t.test('to read the queue tells nobody, so that no look follows from a look', async (t) => {
  const database = join(t.testdir(), 'queue.db')
  // With nobody else there SQLite makes and removes two files for each that reads.
  make(database).close()
  const { tell, next, count } = changes()
  const end = watchQueue({ database }, tell)
  for (let n = 0; n < 3; n++) openToRead(database)?.close()
  const told = next()
  utimesSync(database, 0, 0)
  await told
  // All that was done before is told of before, and in the same turn.
  await immediate()
  end?.()
  t.equal(count(), 1, 'only of what came after the reading')
})

t.test('where nothing can be watched, whoever asks is told so', (t) => {
  t.equal(
    watchQueue({ database: join(t.testdir(), 'none', 'queue.db') }, () => {}),
    null,
  )
  t.end()
})
