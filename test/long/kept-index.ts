import { appendFileSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { captureIn, enter, rawGit } from '../fixture/capturing.ts'
import { sandbox } from '../fixture/sandbox.ts'

const files = Object.fromEntries(
  Array.from({ length: 600 }, (_, i) => [`u/${i % 7}/${i}`, `${i}\n`]),
)

/** A workspace with enough untracked files to be remembered, all older than any index. */
const workspace = async (t: { teardown: (end: () => Promise<void>) => void }) => {
  const box = enter(sandbox(t))
  const repository = await box.repository({ a: '1\n' })
  for (const [name, text] of Object.entries(files)) {
    repository.write(name, text)
    utimesSync(join(repository.path, name), 1_700_000_000, 1_700_000_000)
  }
  // A filter counts what is hashed, since git runs it for that alone.
  const hashed = join(box.folder, 'hashed')
  writeFileSync(hashed, '')
  await repository.git('config', 'filter.count.clean', `echo x >>'${hashed}'; cat`)
  repository.write('.gitattributes', 'u/6/** filter=count\n')
  return {
    box,
    repository,
    hashedSince: () => {
      const count = statSync(hashed).size / 2
      writeFileSync(hashed, '')
      return count
    },
    untracked: async () => {
      const { oid } = await captureIn(box, repository.path)
      const tree = await rawGit(repository.path, ['ls-tree', '-rz', `${oid}^3`])
      return tree.toString().split('\0').slice(0, -1)
    },
  }
}

const pathOf = (entry: string): string => entry.slice(entry.indexOf('\t') + 1)
const inSix = Object.keys(files).filter((name) => name.startsWith('u/6/')).length

t.test('untracked files that did not change are hashed once for all captures', async (t) => {
  const { box, repository, hashedSince, untracked } = await workspace(t)
  const first = await untracked()
  t.equal(hashedSince(), inSix)
  t.strictSame(await untracked(), first)
  t.equal(hashedSince(), 0)
  t.equal(readdirSync(box.places.indexes).length, 1)
  t.strictSame(readdirSync(box.places.scratch), [])

  appendFileSync(join(repository.path, 'u/6/6'), 'more\n')
  const changed = await untracked()
  // Git compares before it writes.
  t.ok(hashedSince() <= 2)
  t.strictSame(changed.filter((entry, i) => entry !== first[i]).map(pathOf), ['u/6/6'])
})

t.test('what is gone, tracked, ignored or turned into a folder is forgotten', async (t) => {
  const { repository, untracked } = await workspace(t)
  const first = (await untracked()).map(pathOf)
  const { git, path, write } = repository
  rmSync(join(path, 'u/0/0'))
  await git('add', 'u/1/1')
  write('.git/info/exclude', '/u/2/2\n')
  rmSync(join(path, 'u/3/3'))
  write('u/3/3/inner', 'new\n')
  const leaving = ['u/0/0', 'u/1/1', 'u/2/2', 'u/3/3']
  t.strictSame(
    (await untracked()).map(pathOf),
    [...first.filter((name) => !leaving.includes(name)), 'u/3/3/inner'].toSorted(),
  )
})

t.test('under other attributes or filters everything is hashed again', async (t) => {
  const { box, repository, hashedSince, untracked } = await workspace(t)
  const first = await untracked()
  hashedSince()
  await repository.git('config', 'filter.count.clean', "sed 's/^/#/'")
  const other = await untracked()
  t.equal(other.filter((entry, i) => entry !== first[i]).length, inSix)
  repository.write('u/5/.gitattributes', '* filter=count\n')
  const more = await untracked()
  t.ok(more.filter((entry) => !other.includes(entry)).length > inSix)
  t.equal(readdirSync(box.places.indexes).length, 1, 'one is kept')
})

t.test('blobs that a gc has removed meanwhile are written again', async (t) => {
  const { repository, hashedSince, untracked } = await workspace(t)
  const first = await untracked()
  const { git } = repository
  for (const ref of (await git('for-each-ref', '--format=%(refname)', 'refs/git-exp')).split(
    '\n',
  )) {
    await git('update-ref', '-d', ref)
  }
  await git('prune', '--expire=now')
  hashedSince()
  t.strictSame(await untracked(), first)
  t.equal(hashedSince(), inSix)
  await git('fsck', '--connectivity-only')
})

t.test('a same-sized edit within the second of the capture is seen by the next', async (t) => {
  const { repository, untracked } = await workspace(t)
  repository.write('u/0/0', 'a\n')
  const first = await untracked()
  repository.write('u/0/0', 'b\n')
  const second = await untracked()
  t.strictSame(second.filter((entry, i) => entry !== first[i]).map(pathOf), ['u/0/0'])
})
