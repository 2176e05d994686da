import t from 'tap'
import { parseCommit, readObjects, resolveNames } from '../../lib/cat-file.ts'
import { sandbox } from '../fixture/sandbox.ts'

t.test('objects are read through one git, in the order of their names', async (t) => {
  const repo = await sandbox(t).repository({
    'a.txt': 'text\n',
    empty: '',
    'sub/binary': 'zero\0 and\nline\n\nbreaks',
  })
  const dir = `${repo.path}/.git`
  const read = await readObjects(dir, [
    'HEAD:a.txt',
    'HEAD:none',
    'HEAD:empty',
    'f'.repeat(40),
    'HEAD:sub/binary',
    'no-such-ref',
    'HEAD',
    'HEAD:sub',
  ])
  t.strictSame(
    read.map((one) => one?.type ?? null),
    ['blob', null, 'blob', null, 'blob', null, 'commit', 'tree'],
  )
  t.strictSame(
    read.slice(0, 5).map((one) => one?.content.toString() ?? null),
    ['text\n', null, '', null, 'zero\0 and\nline\n\nbreaks'],
  )
  t.equal(read[6]?.oid, await repo.git('rev-parse', 'HEAD'))
  t.strictSame(await readObjects(dir, []), [])
  t.strictSame(await readObjects('/nowhere', []), [])
})

t.test('no name of a file makes a missing object look like one that is there', async (t) => {
  const repo = await sandbox(t).repository({ 'a.txt': 'text\n' })
  const read = await readObjects(`${repo.path}/.git`, [
    'HEAD:conf v 2 final.yaml',
    'HEAD:x blob 3',
    'HEAD:two\nHEAD:lines',
    '',
    'HEAD:a.txt',
  ])
  t.strictSame(
    read.map((one) => one?.content.toString() ?? null),
    [null, null, null, null, 'text\n'],
  )
})

t.test('names are resolved without reading what is behind them', async (t) => {
  const repo = await sandbox(t).repository({ 'a.txt': 'text\n' })
  const dir = `${repo.path}/.git`
  t.strictSame(
    await resolveNames(dir, ['refs/heads/main', 'refs/heads/none', 'HEAD:a b', 'HEAD']),
    [await repo.git('rev-parse', 'HEAD'), null, null, await repo.git('rev-parse', 'HEAD')],
  )
  t.strictSame(await resolveNames(dir, []), [])
})

t.test('a commit’s parents and message are read from its raw text', async (t) => {
  const repo = await sandbox(t).repository({ 'a.txt': '1\n' })
  const first = await repo.git('rev-parse', 'HEAD')
  const tree = await repo.git('rev-parse', 'HEAD^{tree}')
  const message = 'Subject\n\nparent of none\n\nparent forged\n'
  const other = await repo.git('commit-tree', tree, '-p', first, '-m', message)
  const merge = await repo.git('commit-tree', tree, '-p', first, '-p', other, '-m', 'Merge')
  const [root, second, last] = await readObjects(`${repo.path}/.git`, [first, other, merge])
  const committedMs = Date.parse('2026-01-02T03:04:05Z')
  const author = { name: 'A Tester', email: 'tester@example.org' }
  t.strictSame(parseCommit(root?.content ?? Buffer.alloc(0)), {
    tree,
    parents: [],
    author,
    committedMs,
    message: 'Start\n',
  })
  t.strictSame(parseCommit(second?.content ?? Buffer.alloc(0)), {
    tree,
    parents: [first],
    author,
    committedMs,
    message,
  })
  t.strictSame(parseCommit(last?.content ?? Buffer.alloc(0)).parents, [first, other])
})
