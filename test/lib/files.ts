import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { appendLine, replaceFile, writeSynced } from '../../lib/files.ts'

const modeOf = (file: string): number => statSync(file).mode & 0o777

t.test('a file is replaced whole, and nothing stays beside it', async (t) => {
  const folder = t.testdir({ file: 'old and longer' })
  const file = join(folder, 'file')
  const before = statSync(file).ino
  replaceFile(file, 'new')
  t.equal(readFileSync(file, 'utf8'), 'new')
  t.not(statSync(file).ino, before)
  t.strictSame(readdirSync(folder), ['file'])
})

t.test('what is written is for its owner alone, unless another mode is asked for', async (t) => {
  const folder = t.testdir()
  const before = process.umask(0)
  t.teardown(() => process.umask(before))
  replaceFile(join(folder, 'secret'), 'x')
  writeSynced(join(folder, 'synced'), 'x')
  appendLine(join(folder, 'log'), 'x')
  for (const name of ['secret', 'synced', 'log']) t.equal(modeOf(join(folder, name)), 0o600, name)
  replaceFile(join(folder, 'script'), 'x', { mode: 0o755 })
  t.equal(modeOf(join(folder, 'script')), 0o755)
})

t.test('with keepExisting the first file stays', async (t) => {
  const folder = t.testdir()
  const file = join(folder, 'id')
  replaceFile(file, 'first', { keepExisting: true })
  replaceFile(file, 'second', { keepExisting: true })
  t.equal(readFileSync(file, 'utf8'), 'first')
  t.strictSame(readdirSync(folder), ['id'])
})

t.test('a file that cannot be replaced leaves nothing behind', async (t) => {
  const folder = t.testdir({ taken: { inside: 'x' } })
  t.throws(() => replaceFile(join(folder, 'taken'), 'x'), { code: 'EISDIR' })
  t.throws(() => replaceFile(join(folder, 'none', 'file'), 'x'), { code: 'ENOENT' })
  t.strictSame(readdirSync(folder), ['taken'])
})

t.test('a new file never takes the place of another', async (t) => {
  const folder = t.testdir({ file: 'old' })
  t.throws(() => writeSynced(join(folder, 'file'), 'new'), { code: 'EEXIST' })
  t.equal(readFileSync(join(folder, 'file'), 'utf8'), 'old')
})

t.test('lines are added at the end', async (t) => {
  const file = join(t.testdir(), 'log')
  writeFileSync(file, 'one\n')
  appendLine(file, 'two')
  appendLine(file, 'three')
  t.equal(readFileSync(file, 'utf8'), 'one\ntwo\nthree\n')
})
