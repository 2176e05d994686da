import t from 'tap'
import { type Common, commitSnapshots } from '../../../lib/capture/commit-snapshots.ts'
import { makePlaces } from '../../../lib/places.ts'
import { findRepository } from '../../../lib/repository.ts'
import { sandbox } from '../../fixture/sandbox.ts'

for (const format of ['sha1', 'sha256']) {
  for (const hasUntracked of [true, false]) {
    const what = hasUntracked ? 'untracked files' : 'tracked files alone'
    t.test(`one snapshot of ${what} is the same commit as among several, ${format}`, async (t) => {
      const world = sandbox(t)
      world.env.GIT_DEFAULT_HASH = format
      const repo = await world.repository({ 'a.txt': 'a\n' })
      const repository = await findRepository(repo.path, {})
      const tree = await repo.git('rev-parse', 'HEAD^{tree}')
      const empty = await repo.git('hash-object', '-w', '-t', 'tree', '/dev/null')
      const common: Common = {
        repository,
        scratch: makePlaces(world.places).scratch,
        trees: { index: tree, tracked: tree, untracked: hasUntracked ? empty : null, notes: [] },
        baseline: { short: repository.head.slice(0, 7), subject: 'Größe “x”' },
        author: 'Ann Other <ann@example.org> 1700000000 +0545',
      }
      const one = { message: 'exp: brisk-otter\n\nExp-Name: "brisk-otter"\n', files: [] }
      const alone = await commitSnapshots(common, [one])
      const among = await commitSnapshots(common, [one, { ...one, message: 'another\n' }])
      t.equal(alone[0], among[0])
      t.match(await repo.git('cat-file', '-p', alone[0] ?? ''), /brisk-otter/)
      t.equal(await repo.git('rev-list', '--count', alone[0] ?? ''), hasUntracked ? '4' : '3')
      t.match(await repo.git('fsck', '--strict'), /^(?:dangling .*\n?)*$/)
    })
  }
}
