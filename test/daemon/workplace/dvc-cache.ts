import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { carriedByDvc } from '../../../daemon/dvc-outputs.ts'
import { findDvcProject, shareDvcCache, withCache } from '../../../daemon/workplace/dvc-cache.ts'

const folders = (t: { teardown: (end: () => void) => void }) => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'git-exp-dvc-')))
  t.teardown(() => rmSync(root, { recursive: true }))
  const write = (file: string, text: string): void => {
    mkdirSync(join(root, file, '..'), { recursive: true })
    writeFileSync(join(root, file), text)
  }
  return { root, write, user: join(root, 'user'), work: join(root, 'work') }
}

t.test('the cache is said once, whatever the config said before', async (t) => {
  t.equal(withCache('', '/c'), '[cache]\n    dir = "/c"\n')
  t.equal(
    withCache(
      '[core]\n  remote = r\n[cache]\n  type = symlink\n  dir = ../x\n["remote \\"r\\""]\n',
      '/c',
    ),
    '[core]\n  remote = r\n[cache]\n    dir = "/c"\n  type = symlink\n["remote \\"r\\""]\n',
  )
})

t.test('the nearest project counts, and a relative cache is where its config is', async (t) => {
  const { write, user } = folders(t)
  write('user/.dvc/config', '')
  write('user/sub/.dvc/config', '[cache]\n    dir = ../../shared\n')
  t.match(findDvcProject(user, 'sub/deep'), { folder: 'sub', cache: join(user, 'shared') })
  t.match(findDvcProject(user, 'other'), { folder: '', cache: join(user, '.dvc', 'cache') })
})

t.test('a workplace whose .dvc leads out of it gets nothing written there', async (t) => {
  const { root, write, user, work } = folders(t)
  write('user/.dvc/config', '')
  write('outside/file', '')
  mkdirSync(work)
  symlinkSync(join(root, 'outside'), join(work, '.dvc'))
  t.strictSame(shareDvcCache(user, work, ''), [])
  rmSync(join(work, '.dvc'))
  mkdirSync(join(work, '.dvc'))
  t.strictSame(shareDvcCache(user, work, ''), ['.dvc/config.local'])
  t.match(readFileSync(join(work, '.dvc/config.local'), 'utf8'), join(user, '.dvc/cache'))
  t.strictSame(shareDvcCache(user, work, ''), [], 'one that is there stays')
})

t.test('DVC carries what a note names, with that content, and the cache has', async (t) => {
  const { write, user, work } = folders(t)
  const md5 = '5d41402abc4b2a76b9719d911017c592'
  const dir = '11111111111111111111111111111111'
  write(`user/.dvc/cache/files/md5/5d/${md5.slice(2)}`, 'hello')
  write(
    `user/.dvc/cache/files/md5/11/${dir.slice(2)}.dir`,
    JSON.stringify([
      { md5, relpath: 'a' },
      { md5, relpath: 'b' },
    ]),
  )
  write(
    'work/dvc.lock',
    `stages: {s: {outs: [{path: m, md5: ${md5}}, {path: changed, md5: ${md5}}, {path: d, md5: ${dir}.dir}]}}`,
  )
  write('work/broken.dvc', 'outs: [')
  for (const file of ['m', 'd/a', 'other']) write(`work/${file}`, 'hello')
  for (const file of ['changed', 'd/b']) write(`work/${file}`, 'bye')
  const carried = await carriedByDvc(
    work,
    { folder: '', cache: join(user, '.dvc/cache') },
    ['dvc.lock', 'broken.dvc', 'none.dvc'],
    ['m', 'changed', 'd/a', 'd/b', 'other', 'gone'],
  )
  t.strictSame([...carried], ['m', 'd/a'])
})
