import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { workspaceTree } from '../../../lib/spec/tree.ts'

const top = realpathSync(mkdtempSync(join(tmpdir(), 'tree-')))
t.teardown(() => rmSync(top, { recursive: true, force: true }))
const root = join(top, 'work')
mkdirSync(join(root, 'sub'), { recursive: true })
mkdirSync(join(top, 'work-beside'))
writeFileSync(join(root, 'exp.yaml'), '\ufeffcmd: é\n')
writeFileSync(join(root, 'sub', 'a'), 'a')
writeFileSync(join(root, 'large'), 'x'.repeat(2 ** 20 + 1))
writeFileSync(join(root, 'just fits'), 'x'.repeat(2 ** 20))
writeFileSync(join(root, 'binary'), Buffer.from([0xff, 0xfe, 0]))
writeFileSync(join(top, 'outside'), 'secret')
writeFileSync(join(top, 'work-beside', 'x'), 'secret')
symlinkSync('sub/a', join(root, 'inner link'))
symlinkSync('../outside', join(root, 'outer link'))
symlinkSync('../work-beside', join(root, 'beside'))
symlinkSync('/nowhere/at/all', join(root, 'dangling'))
symlinkSync('loop', join(root, 'loop'))
execFileSync('mkfifo', [join(root, 'pipe')])

const tree = workspaceTree(root, async (paths) => new Set(paths.slice(0, 1)))

t.test('a file is read as text, without a byte order mark', async (t) => {
  t.equal(await tree.read('exp.yaml'), 'cmd: é\n')
  t.equal(await tree.read('inner link'), 'a')
  t.equal((await tree.read('just fits'))?.length, 2 ** 20)
})

t.test('what is absent, a folder or a pipe reads as nothing', async (t) => {
  for (const path of ['no', 'no/no', 'exp.yaml/no', 'sub', 'pipe', 'dangling']) {
    t.equal(await tree.read(path), null, path)
  }
})

t.test('nothing outside the root is read', async (t) => {
  for (const path of ['outer link', 'beside/x', '../outside', '../work-beside/x']) {
    await t.rejects(tree.read(path), { code: 'bad-config', message: /leads out/ }, path)
  }
})

t.test('a file that is too large, not text, or a loop is refused', async (t) => {
  await t.rejects(tree.read('large'), { code: 'bad-config', message: /larger than 1 MiB/ })
  await t.rejects(tree.read('binary'), { code: 'bad-config', message: /not UTF-8/ })
  await t.rejects(tree.read('loop'), { code: 'bad-config', message: /ELOOP/ })
})

t.test('a link is there whatever it points to, but nothing is there beyond it', async (t) => {
  for (const path of ['exp.yaml', 'sub', 'sub/a', 'outer link', 'dangling', 'pipe', 'beside']) {
    t.equal(await tree.exists(path), true, path)
  }
  for (const path of ['no', 'no/no', 'beside/x', '../outside', '..', '../work-beside/x']) {
    t.equal(await tree.exists(path), false, path)
  }
})

t.test('Git is asked what is ignored', async (t) => {
  t.same(await tree.isIgnored(['a', 'b']), new Set(['a']))
})
