import t from 'tap'
import {
  changeRefs,
  failureRef,
  moveRefs,
  parseRef,
  resultRef,
  snapshotRef,
  takenNames,
} from '../../lib/refs.ts'
import { sandbox } from '../fixture/sandbox.ts'

const baseline = `ab${'c'.repeat(38)}`
const long = `ab${'c'.repeat(62)}`

t.test('a ref is made of the baseline, split as DVC splits it, and the name', async (t) => {
  const below = `ab/${'c'.repeat(38)}`
  t.equal(snapshotRef(baseline, 'lr=0.1'), `refs/git-exp/snapshots/${below}/lr=0.1`)
  t.equal(resultRef(baseline, 'lr=0.1'), `refs/exps/${below}/lr=0.1`)
  t.equal(failureRef(baseline, 'lr=0.1', 2), `refs/git-exp/failures/${below}/lr=0.1.2`)
  t.equal(resultRef(long, 'x'), `refs/exps/ab/${'c'.repeat(62)}/x`)
})

t.test('a ref of ours reads back, any other is none', async (t) => {
  for (const from of [baseline, long]) {
    t.strictSame(parseRef(snapshotRef(from, 'x')), { kind: 'snapshot', baseline: from, name: 'x' })
    t.strictSame(parseRef(resultRef(from, 'x')), { kind: 'result', baseline: from, name: 'x' })
  }
  for (const ref of [
    'refs/heads/main',
    'refs/exps/stash',
    failureRef(baseline, 'x', 1),
    resultRef(baseline, ''),
    resultRef(baseline, 'a/b'),
    resultRef(baseline, 'HEAD'),
    resultRef(baseline, '12'),
    resultRef(baseline.slice(1), 'x'),
    resultRef(baseline.toUpperCase(), 'x'),
    `x/${resultRef(baseline, 'x')}`,
  ]) {
    t.equal(parseRef(ref), null, ref)
  }
})

t.test('the names under a baseline are those of its snapshots and its results', async (t) => {
  const repo = await sandbox(t).repository({ 'a.txt': '1\n' })
  const dir = `${repo.path}/.git`
  const head = await repo.git('rev-parse', 'HEAD')
  t.equal((await takenNames(dir, head)).size, 0)
  for (const ref of [
    snapshotRef(head, 'Otter'),
    snapshotRef(head, 'both'),
    resultRef(head, 'both'),
    resultRef(head, 'done'),
    failureRef(head, 'failed', 1),
    snapshotRef(baseline, 'elsewhere'),
  ]) {
    await repo.git('update-ref', ref, head)
  }
  const taken = await takenNames(dir, head)
  t.strictSame([...taken].sort(), [
    ['both', 'both'],
    ['done', 'done'],
    ['otter', 'Otter'],
  ])
})

t.test('refs change all together or not at all', async (t) => {
  const repo = await sandbox(t).repository({ 'a.txt': '1\n' })
  const dir = `${repo.path}/.git`
  const oid = await repo.git('rev-parse', 'HEAD')
  const refs = () => repo.git('for-each-ref', '--format=%(refname)', 'refs/git-exp', 'refs/exps')
  const make = (name: string) => ({ to: 'create', ref: snapshotRef(oid, name), oid }) as const
  const absent = (name: string) => ({ to: 'verify-absent', ref: resultRef(oid, name) }) as const
  t.ok(await changeRefs(dir, [make('a'), absent('a'), make('b'), absent('b')]))
  t.equal(await refs(), [snapshotRef(oid, 'a'), snapshotRef(oid, 'b')].join('\n'))
  const before = await refs()
  t.notOk(await changeRefs(dir, [make('c'), make('b')]), 'one is there already')
  await repo.git('update-ref', resultRef(oid, 'd'), oid)
  t.notOk(await changeRefs(dir, [make('c'), make('d'), absent('d')]), 'one has a result')
  await repo.git('update-ref', '-d', resultRef(oid, 'd'))
  const other = await repo.git('commit-tree', 'HEAD^{tree}', '-m', 'other')
  const remove = (name: string, from: string) =>
    ({ to: 'delete', ref: snapshotRef(oid, name), oid: from }) as const
  t.notOk(await changeRefs(dir, [remove('a', oid), remove('b', other)]), 'one was moved')
  t.notOk(await changeRefs(dir, [remove('gone', oid)]), 'one is gone')
  t.equal(await refs(), before)
  t.ok(await changeRefs(dir, [remove('a', oid), remove('b', oid)]))
  t.equal(await refs(), '')
})

t.test(
  'refs are moved or removed together, and a second time there is nothing to do',
  async (t) => {
    const repo = await sandbox(t).repository({ 'a.txt': '1\n' })
    const dir = `${repo.path}/.git`
    const oid = await repo.git('rev-parse', 'HEAD')
    const refs = () => repo.git('for-each-ref', '--format=%(refname)', 'refs/git-exp', 'refs/exps')
    const [old, result] = [snapshotRef(oid, 'old'), resultRef(oid, 'old')]
    for (const ref of [old, result, snapshotRef(oid, 'taken')])
      await repo.git('update-ref', ref, oid)
    const before = await refs()
    const clash = [
      { from: result, to: null },
      { from: old, to: snapshotRef(oid, 'taken') },
    ]
    await t.rejects(moveRefs(dir, clash), { code: 'refused-by-daemon' })
    t.equal(await refs(), before)
    const moves = [
      { from: result, to: null },
      { from: old, to: snapshotRef(oid, 'new') },
    ]
    for (const time of ['first', 'second']) {
      await moveRefs(dir, moves)
      t.equal(await refs(), `${snapshotRef(oid, 'new')}\n${snapshotRef(oid, 'taken')}`, time)
    }
    t.equal(await repo.git('rev-parse', snapshotRef(oid, 'new')), oid)
  },
)

t.test('of several who want one name at once, one gets it', async (t) => {
  const repo = await sandbox(t).repository({ 'a.txt': '1\n' })
  const oid = await repo.git('rev-parse', 'HEAD')
  const won = await Promise.all(
    Array.from({ length: 6 }, () =>
      changeRefs(`${repo.path}/.git`, [{ to: 'create', ref: snapshotRef(oid, 'mine'), oid }]).catch(
        (error: Error) => error.name,
      ),
    ),
  )
  t.equal(won.filter((one) => one === true).length, 1, won.join(' '))
})

t.test('trouble with git is no clash of names', async (t) => {
  const repo = await sandbox(t).repository({ 'a.txt': '1\n' })
  const ref = snapshotRef(baseline, 'x')
  const create = [{ to: 'create', ref, oid: 'f'.repeat(40) }] as const
  await t.rejects(changeRefs(`${repo.path}/.git`, [...create]), { name: 'GitError' })
  await t.rejects(changeRefs(`${repo.path}/none`, [...create]), { name: 'GitError' })
})

t.test('a change of refs writes no reflog', async (t) => {
  const repo = await sandbox(t).repository({ 'a.txt': '1\n' })
  await repo.git('config', 'core.logAllRefUpdates', 'always')
  const oid = await repo.git('rev-parse', 'HEAD')
  const ref = snapshotRef(oid, 'x')
  await changeRefs(`${repo.path}/.git`, [{ to: 'create', ref, oid }])
  t.equal(await repo.git('reflog', 'show', ref), '')
})
