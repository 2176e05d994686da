import { renameSync, rmSync, writeFileSync } from 'node:fs'
import t from 'tap'
import { readFromOpen } from '../../daemon/object-reader.ts'
import { readObjects } from '../../lib/cat-file.ts'
import { GitError } from '../../lib/git.ts'
import { sandbox } from '../fixture/sandbox.ts'

t.test('an open reader tells the same as a new one, now and after changes', async (t) => {
  const files = { 'a.txt': 'a\n', 'empty.txt': '', 'large.txt': 'line\n'.repeat(100_000) }
  const repo = await sandbox(t).repository(files)
  const commonDir = `${repo.path}/.git`
  const names = ['HEAD', 'HEAD:large.txt', 'HEAD:none', 'a\nb', 'HEAD:empty.txt', 'HEAD^{tree}']
  const isAlike = async (what: string): Promise<void> => {
    t.strictSame(await readFromOpen(commonDir, names), await readObjects(commonDir, names), what)
  }
  await isAlike('first')
  t.strictSame(await readFromOpen(commonDir, []), [])
  const many = await Promise.all([1, 2, 3].map(() => readFromOpen(commonDir, names)))
  t.strictSame(many[2], many[0], 'asked at once')

  repo.write('a.txt', 'b\n')
  await repo.git('commit', '--quiet', '--all', '--message', 'Next')
  await isAlike('a ref that moved, and objects that are new')
  await repo.git('gc', '--quiet', '--prune=now')
  await isAlike('objects that were packed')

  const other = await sandbox(t).repository({ 'other.txt': 'other\n' })
  renameSync(commonDir, `${commonDir}-gone`)
  renameSync(`${other.path}/.git`, commonDir)
  await isAlike('another repository in its place')
  rmSync(commonDir, { recursive: true })
  await t.rejects(readFromOpen(commonDir, names), GitError, 'no repository')
})

t.test('a reader that closes its output before it ends is waited for', async (t) => {
  const tools = t.testdir()
  writeFileSync(`${tools}/git`, '#!/bin/sh\nexec <&- >&- 2>&-\nsleep 0.2\nexit 128\n', {
    mode: 0o755,
  })
  const { PATH } = process.env
  process.env.PATH = `${tools}:${PATH}`
  t.teardown(() => {
    process.env.PATH = PATH
  })
  await t.rejects(readFromOpen(`${tools}/none.git`, ['HEAD']), GitError)
})
