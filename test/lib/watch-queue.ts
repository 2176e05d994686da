import { utimesSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as immediate } from 'node:timers/promises'
import Database from 'better-sqlite3'
import t from 'tap'
import { watchQueue } from '../../lib/watch-queue.ts'

const make = (database: string): Database.Database => {
  const db = new Database(database)
  db.pragma('journal_mode = wal')
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

t.test('what others read or write beside the queue is not told of', async (t) => {
  const folder = t.testdir({ 'daemon.log': '', 'queue.db': '', 'queue.db-shm': '' })
  const database = join(folder, 'queue.db')
  const { tell, next, count } = changes()
  const end = watchQueue({ database }, tell)
  const told = next()
  for (const file of ['daemon.log', 'queue.db-shm', 'queue.db'])
    utimesSync(join(folder, file), 0, 0)
  await told
  // All that was done before is told of before, and in the same turn.
  await immediate()
  end?.()
  t.equal(count(), 1, 'only of the last')
})

t.test('where nothing can be watched, whoever asks is told so', (t) => {
  t.equal(
    watchQueue({ database: join(t.testdir(), 'none', 'queue.db') }, () => {}),
    null,
  )
  t.end()
})
