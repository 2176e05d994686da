import t from 'tap'
import { writeCommit } from '../../daemon/commit-writer.ts'
import { createRef } from '../../daemon/ref-creator.ts'
import { GitError } from '../../lib/git.ts'
import { sandbox } from '../fixture/sandbox.ts'

const who = { name: 'Ä “B”', email: 'a@b' }
const at = 1_700_000_000

t.test('a commit is written as git would, and anew when a gc has removed it', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': 'a\n' })
  const commonDir = `${repo.path}/.git`
  const parent = await repo.git('rev-parse', 'HEAD')
  const tree = await repo.git('rev-parse', 'HEAD^{tree}')
  const write = (message: string): Promise<string> =>
    writeCommit(world.folder, commonDir, { tree, parent, who, at, message })
  const one = await write('One\n\nExp-Id: "ü"\n')
  const date = `@${at} +0000`
  const { stdout } = await world.run('git', ['commit-tree', '-p', parent, tree], {
    cwd: repo.path,
    input: 'One\n\nExp-Id: "ü"\n',
    env: {
      ...{ GIT_AUTHOR_NAME: who.name, GIT_AUTHOR_EMAIL: who.email, GIT_AUTHOR_DATE: date },
      ...{ GIT_COMMITTER_NAME: who.name, GIT_COMMITTER_EMAIL: who.email, GIT_COMMITTER_DATE: date },
    },
  })
  t.equal(one, stdout.trim())
  const others = await Promise.all(['2', '3', '4'].map(write))
  t.equal(await repo.git('log', '-1', '--format=%s', others[2] ?? ''), '4', 'asked at once')

  await repo.git('gc', '--quiet', '--prune=now')
  t.equal(await write('One\n\nExp-Id: "ü"\n'), one)
  t.equal(await repo.git('cat-file', '-t', one), 'commit', 'it was loose')
  await repo.git('update-ref', 'refs/keep', one)
  await repo.git('gc', '--quiet', '--prune=now')
  t.equal(await write('One\n\nExp-Id: "ü"\n'), one)
  await repo.git('update-ref', '-d', 'refs/keep')
  await repo.git('gc', '--quiet', '--prune=now')
  t.equal(await write('One\n\nExp-Id: "ü"\n'), one)
  t.equal(await repo.git('cat-file', '-t', one), 'commit', 'it was packed')

  const wrong = { tree: parent, parent: 'none', who, at, message: 'wrong\n' }
  await t.rejects(writeCommit(world.folder, commonDir, wrong), GitError)
  t.equal(await write('2'), others[0], 'and the next is written')
})

t.test('a ref is created once, whatever became of the last one', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': 'a\n' })
  const commonDir = `${repo.path}/.git`
  const head = await repo.git('rev-parse', 'HEAD')
  const create = (ref: string): Promise<boolean> => createRef(commonDir, ref, head)
  t.equal(await create('refs/git-exp/a'), true)
  t.equal(await create('refs/git-exp/a'), false)
  await repo.git('pack-refs', '--all')
  t.equal(await create('refs/git-exp/a'), false, 'packed meanwhile')
  t.strictSame(await Promise.all(['b', 'b', 'c'].map((name) => create(`refs/git-exp/${name}`))), [
    true,
    false,
    true,
  ])
  await repo.git('update-ref', '-d', 'refs/git-exp/a')
  t.equal(await create('refs/git-exp/a'), true, 'removed meanwhile')
  await t.rejects(create('refs/git-exp/a..b'), GitError)
  t.equal(await repo.git('for-each-ref', '--format=%(refname:lstrip=2)', 'refs/git-exp'), 'a\nb\nc')
})
