import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import t from 'tap'
import { sandbox } from '../fixture/sandbox.ts'

// State folders as the programs of each earlier version of the tables left them, with a sweep, a
// failure, a renamed one with a star and a note, one that waits and one that is held; beside each
// what its own `git exp show --json` said of them. The rows are in queue.sql.
const older = join(import.meta.dirname, '..', 'fixture', 'older')
const versions = readdirSync(older)
  .filter((name) => name.endsWith('.json'))
  .map((name) => name.replace('.json', ''))

/** Where those programs kept everything; no other place is named in what they left. */
const THEN = '/older'

type Fact = Record<string, unknown>

/** What has to be there again; times, paths and what came later are another matter. */
const facts = (shown: Fact[]): Fact[] =>
  shown.map(
    ({ id, number, name, state, snapshot, result, baseline, overrides, command, ...rest }) => ({
      ...{ id, number, name, state, snapshot, result, baseline, overrides, command },
      ...Object.fromEntries(
        ['params', 'metrics', 'exit_code', 'attempt', 'priority', 'starred', 'tags', 'note']
          .filter((key) => key in rest)
          .map((key) => [key, rest[key]]),
      ),
    }),
  )

const moveTo = (folder: string, to: string): void => {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const file = join(folder, name)
    if (!statSync(file).isFile() || name.endsWith('.bundle')) continue
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll(`${THEN}/`, `${to}/`))
  }
}

/** By what somebody meets the new program, and all of it must do. */
const starts = [['add', '-n', 'new', '--', 'true'], ['show'], ['daemon', 'restart']]

for (const [i, version] of versions.entries()) {
  const start = starts[i % starts.length] ?? []
  t.test(`all that version ${version} of the tables held is there after an upgrade`, async (t) => {
    const world = sandbox(t)
    await world.run('tar', ['-xzf', join(older, `${version}.tar.gz`)])
    moveTo(join(world.folder, 'state'), world.folder)
    const db = new Database(world.places.database)
    db.pragma('foreign_keys = off')
    const sql = join(world.places.home, 'queue.sql')
    db.exec(readFileSync(sql, 'utf8'))
    db.close()
    rmSync(sql)
    const repo = await world.repository({})
    await repo.git('checkout', '--quiet', '--detach')
    await repo.git('fetch', '--quiet', '../repository.bundle', '+refs/*:refs/*')
    await repo.git('checkout', '--quiet', '--force', 'main')

    const started = await repo.exp(...start)
    t.equal(started.exitCode, 0, started.stderr)
    const before = JSON.parse(readFileSync(join(older, `${version}.json`), 'utf8')) as Fact[]
    const after = (await repo.shown()) as unknown as Fact[]
    t.strictSame(facts(after.filter(({ name }) => name !== 'new')), facts(before))
    t.not(before.length, 0)
    await repo.exp('release', 'held')
    t.equal((await repo.exp('wait', 'held')).exitCode, 0, 'and it goes on')
    t.strictSame(
      readdirSync(world.places.home).filter((name) => name.endsWith('.aside')).length,
      1,
      'the former tables are kept',
    )
  })
}
