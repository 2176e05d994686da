import { readdirSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { UserError } from '../../../lib/errors.ts'
import { captureIn, enter } from '../../fixture/capturing.ts'
import { sandbox, type TestRepository } from '../../fixture/sandbox.ts'

const MB = 2 ** 20
const SECRETS = ['.env', '.env.local', 'credentials.json', 'deep/.ENV', 'id_rsa', 'server.pem']
const HARMLESS = ['environment.txt', 'my_id_card.txt', 'pem.txt', 'x.env']

/** A file that takes no room on the disk. */
const makeSparse = ({ path, write }: TestRepository, name: string, bytes: number): void => {
  write(name, '')
  truncateSync(join(path, name), bytes)
}

const untrackedIn = async ({ git }: TestRepository, oid: string): Promise<string[]> =>
  (await git('ls-tree', '-r', '--name-only', `${oid}^3`)).split('\n')

t.test('untracked secrets are left out, which is said', async (t) => {
  const box = enter(sandbox(t))
  const repository = await box.repository({ 'deep/.env': 'tracked=1\n' })
  const { path, git, write } = repository
  for (const name of [...SECRETS, ...HARMLESS]) write(name, `${name}\n`)
  write('deep/.env', 'tracked=2\n')
  const { oid, notes } = await captureIn(box, path)
  t.strictSame(await untrackedIn(repository, oid), HARMLESS)
  t.equal(await git('show', `${oid}:deep/.env`), 'tracked=2', 'what is tracked is no secret')
  t.equal(notes.length, 1)
  for (const name of SECRETS.slice(0, 5)) t.match(notes[0], name)
  t.match(notes[0], /and 1 more.*--untracked=all/)
})

t.test('untracked secrets alone make no third parent', async (t) => {
  const box = enter(sandbox(t))
  const { path, git, write } = await box.repository({ 'a.txt': 'a\n' })
  write('.env', 'TOKEN=1\n')
  const { oid } = await captureIn(box, path)
  t.equal((await git('rev-parse', `${oid}^@`)).split('\n').length, 2)
  const objects = await git('cat-file', '--batch-all-objects', '--batch')
  t.notMatch(objects, 'TOKEN', 'nor does any object hold them')
})

t.test('with all asked for, secrets and large files are taken', async (t) => {
  const box = enter(sandbox(t))
  const repository = await box.repository({ 'a.txt': 'a\n' })
  for (const name of SECRETS) repository.write(name, `${name}\n`)
  makeSparse(repository, 'large.bin', 50 * MB + 1)
  const options = { take: 'all', maxBytesTogether: 10 } as const
  const { oid, notes } = await captureIn(box, repository.path, options)
  t.strictSame(
    (await untrackedIn(repository, oid)).toSorted(),
    [...SECRETS, 'large.bin'].toSorted(),
  )
  t.strictSame(notes, [])
})

t.test('an untracked file over 50 MB is refused, with the five largest', async (t) => {
  const box = enter(sandbox(t))
  const repository = await box.repository({ '.gitignore': '*.ign\n' })
  const { path, git } = repository
  for (const n of [1, 2, 3, 4, 5, 6]) makeSparse(repository, `part ${n}.bin`, n * MB)
  makeSparse(repository, 'huge.bin', 50 * MB + 1)
  makeSparse(repository, 'ignored.ign', 900 * MB)
  makeSparse(repository, 'key.pem', 900 * MB)
  const error = (await captureIn(box, path).catch((own: unknown) => own)) as UserError
  t.match(error, {
    name: 'UserError',
    code: 'too-large',
    hint: /\.gitignore.*link.*--untracked=all/,
  })
  t.strictSame(
    error.message
      .split('\n')
      .slice(1)
      .map((line) => line.trim()),
    ['50.0 MB  huge.bin', ...[6, 5, 4, 3].map((n) => `${n}.0 MB  part ${n}.bin`)],
  )
  t.equal(await git('for-each-ref', 'refs/git-exp'), '')
  t.equal(await git('count-objects'), '3 objects, 12 kilobytes', 'nothing was hashed into Git')
  t.strictSame(readdirSync(box.places.scratch), [])
})

t.test('untracked files may have so many bytes together and no more', async (t) => {
  const box = enter(sandbox(t))
  const repository = await box.repository({ 'tracked.bin': 'a' })
  makeSparse(repository, 'tracked.bin', MB)
  for (const n of [1, 2, 3]) repository.write(`${n}.txt`, '12345')
  await t.rejects(captureIn(box, repository.path, { maxBytesTogether: 14 }), { code: 'too-large' })
  const { oid } = await captureIn(box, repository.path, { maxBytesTogether: 15 })
  t.strictSame(await untrackedIn(repository, oid), ['1.txt', '2.txt', '3.txt'])
})

t.test('exp.maxUntracked is the limit of git exp add, which then queues nothing', async (t) => {
  const box = sandbox(t)
  const repository = await box.repository({ 'a.txt': 'a\n' })
  const { exp, git } = repository
  await git('config', 'exp.maxUntracked', '1MB')
  makeSparse(repository, 'b.bin', MB + 1)
  const refused = await exp('add', '--json', '--', 'true')
  t.match(refused, { exitCode: 1, stdout: /^$/ })
  t.match(JSON.parse(refused.stderr), { error: { code: 'too-large', message: 'b.bin' } })
  t.equal(await git('for-each-ref', 'refs/git-exp'), '')
  t.strictSame(readdirSync(box.places.spool.new), [])
  t.match(await exp('add', '--untracked=all', '--', 'true'), { exitCode: 0 })
})
