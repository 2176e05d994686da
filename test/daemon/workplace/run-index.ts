import { chmodSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { changeIndex } from '../../../daemon/workplace/run-index.ts'
import { towards, treeOf } from '../../../daemon/workplace/trees.ts'
import { sandbox, type TestRepository } from '../../fixture/sandbox.ts'

/** Held against what `git read-tree -m` makes of the same index, with all that it knows of files. */
const isLikeGits = async (t: Test, repo: TestRepository, baseline: string): Promise<void> => {
  const commonDir = join(repo.path, '.git')
  const index = join(commonDir, 'index')
  const tracked = await repo.git('write-tree')
  const changes = await towards(
    commonDir,
    { tracked, untracked: null },
    await treeOf(commonDir, baseline),
  )
  const own = changeIndex(readFileSync(index), [...changes], 'sha1')
  t.not(own, null)
  const list = async (): Promise<string> => repo.git('ls-files', '--stage', '--debug')
  copyFileSync(index, `${index}-before`)
  await repo.git('read-tree', '-m', baseline)
  const theirs = await list()
  writeFileSync(index, own ?? '')
  t.equal(await list(), theirs)
  t.equal(await repo.git('fsck', '--no-dangling'), '')
  copyFileSync(`${index}-before`, index)
}

t.test('an index with other files is as git would make it', async (t) => {
  const long = `${'folder/'.repeat(30)}${'x'.repeat(200)}`
  const repo = await sandbox(t).repository({
    'a.txt': 'a\n',
    'a/b.txt': 'b\n',
    'a-b': 'c\n',
    'é ü.txt': 'd\n',
    'deep/er/file': 'e\n',
    'last.txt': 'f\n',
    [long]: 'g\n',
    exec: 'h\n',
  })
  const first = await repo.git('rev-parse', 'HEAD')
  await isLikeGits(t, repo, first)
  repo.write('a.txt', 'other\n')
  repo.write('deep/er/file', 'other\n')
  repo.write('0', 'first of all\n')
  repo.write('zz', 'last of all\n')
  repo.write('deep/er/more', 'more\n')
  await repo.git('rm', '-r', '--quiet', 'a', 'last.txt', 'é ü.txt')
  repo.write('last.txt/folder/now', 'folder\n')
  chmodSync(join(repo.path, 'exec'), 0o755)
  await repo.git('add', '--all')
  await isLikeGits(t, repo, first)
  await repo.git('commit', '--quiet', '--message', 'Next')
  const second = await repo.git('rev-parse', 'HEAD')
  await repo.git('checkout', '--quiet', first)
  await isLikeGits(t, repo, second)
  await repo.git('read-tree', '--empty')
  await isLikeGits(t, repo, second)
})

t.test('an index of another form is left to git', async (t) => {
  const repo = await sandbox(t).repository({ 'a.txt': 'a\n', 'b.txt': 'b\n' })
  const index = join(repo.path, '.git', 'index')
  const changed = (): Buffer | null => changeIndex(readFileSync(index), [['a.txt', null]], 'sha1')
  t.not(changed(), null)
  await repo.git('update-index', '--skip-worktree', 'b.txt')
  t.equal(changed(), null, 'flags')
  await repo.git('update-index', '--no-skip-worktree', 'b.txt')
  await repo.git('update-index', '--index-version', '4')
  t.equal(changed(), null, 'short names')
  await repo.git('update-index', '--index-version', '2')
  await repo.git('update-index', '--split-index')
  t.equal(changed(), null, 'of two files')
})
