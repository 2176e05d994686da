import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import Database from 'better-sqlite3'
import t from 'tap'
import { SCHEMA_VERSION } from '../../lib/schema-version.ts'
import { type Sandbox, sandbox, type TestRepository } from '../fixture/sandbox.ts'

const damages: Record<string, (database: string) => void> = {
  'is gone': (database) => rmSync(database),
  'is empty': (database) => truncateSync(database, 0),
  'is damaged': (database) => writeFileSync(database, 'SQLite format 3\0 and no more of it'),
}

const queueSome = async (box: Sandbox): Promise<TestRepository> => {
  const repo = await box.repository({ 'params.yaml': 'n: 0\n' })
  await repo.exp('add', '-S', 'n=1,2,3', '-n', 's', '--', 'sh', '-c', 'echo {} > metrics.json')
  await repo.exp('add', '-n', 'failed', '--', 'false')
  await repo.exp('wait')
  await repo.exp('rm', 's-1')
  await repo.exp('rename', 's-2', 'renamed')
  await repo.exp('star', 'renamed')
  await repo.exp('add', '-n', 'top', '--', 'true')
  await repo.exp('wait')
  await repo.exp('rm', 'top')
  return repo
}

for (const [what, damage] of Object.entries(damages)) {
  t.test(`a database that ${what} is said, kept aside and built anew on request`, async (t) => {
    const box = sandbox(t)
    const repo = await queueSome(box)
    const before = await repo.shown()
    await repo.exp('daemon', 'stop')
    for (const part of ['-wal', '-shm']) rmSync(box.places.database + part, { force: true })
    damage(box.places.database)

    const started = await repo.exp('daemon', 'start')
    t.equal(started.exitCode, 1)
    t.match(started.stderr, new RegExp(what))
    t.equal((await repo.exp('doctor')).exitCode, 1)
    const rebuilt = await repo.exp('doctor', '--rebuild')
    t.equal(rebuilt.exitCode, 0, rebuilt.stdout + rebuilt.stderr)
    t.strictSame(await repo.shown(), before, 'every fact is there again')
    await repo.exp('add', '-n', 'after', '--', 'true')
    await repo.exp('wait')
    t.equal((await repo.shown())[0]?.number, 6, 'a number that was given out is not given again')
  })
}

t.test('what had not ended goes on after a rebuild, and only once', async (t) => {
  const box = sandbox(t)
  const repo = await box.repository({ a: '1' })
  await repo.exp('add', '-n', 'first', '--', 'sh', '-c', 'echo run >> ../../../../../ran')
  await repo.exp('wait')
  await repo.exp('daemon', 'stop')
  await repo.exp('add', '-n', 'second', '--', 'true')
  await repo.exp('daemon', 'stop')
  rmSync(box.places.database)
  await repo.exp('doctor', '--rebuild')
  await repo.exp('wait')
  t.strictSame(
    (await repo.shown()).map(({ name, state }) => [name, state]),
    [
      ['second', 'succeeded'],
      ['first', 'succeeded'],
    ],
  )
})

t.test('rows that a daemon died over are built by the next one', async (t) => {
  const box = sandbox(t)
  const repo = await queueSome(box)
  const before = await repo.shown()
  await repo.exp('daemon', 'stop')
  const db = new Database(box.places.database)
  db.exec('delete from dependency; delete from run; delete from experiment where number > 2')
  db.pragma('user_version = 0')
  db.close()
  t.strictSame(await repo.shown(), before, 'who looks waits for it')
  t.strictSame(
    readdirSync(box.places.home).filter((name) => name.endsWith('.aside')),
    [],
    'what was half built is of no use to anybody',
  )
})

t.test('readers know the version of the tables that schema.sql makes', async (t) => {
  const schema = readFileSync(new URL('../../schema.sql', import.meta.url), 'utf8')
  t.match(schema, `pragma user_version = ${SCHEMA_VERSION};`)
})
