import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { listing } from '../../fixture/listing.ts'
import { runScript } from '../../fixture/run-script.ts'
import { sandbox } from '../../fixture/sandbox.ts'

t.test('submodules, nested ones too, come from the user’s own copies', async (t) => {
  const world = sandbox(t)
  await world.config('protocol.file.allow', 'always')
  const inner = await world.repository({ 'i.txt': 'i\n' }, 'inner')
  const outer = await world.repository({ 'o.txt': 'o\n' }, 'outer')
  await outer.git('submodule', '--quiet', 'add', inner.path, 'deep/inner')
  await outer.git('commit', '--quiet', '--message', 'Nest')
  const repo = await world.repository({ 'a.txt': 'a\n' })
  await repo.git('submodule', '--quiet', 'add', outer.path, 'libs/outer')
  await repo.git('submodule', '--quiet', 'add', inner.path, 'absent')
  await repo.git('submodule', '--quiet', 'update', '--init', '--recursive')
  await repo.git('commit', '--quiet', '--message', 'Take')
  await repo.git('submodule', '--quiet', 'deinit', '--force', 'absent')
  // Whence they came is gone.
  rmSync(inner.path, { recursive: true })
  rmSync(outer.path, { recursive: true })
  const script = `cat libs/outer/o.txt libs/outer/deep/inner/i.txt; ls absent; git status --porcelain
    git -C libs/outer log -1 --format=%s; git submodule status --recursive | cut -c1
    echo x >libs/outer/new.txt; echo x >libs/outer/deep/inner/i.txt; touch absent/x
    git -C libs/outer config core.fsmonitor 'touch ${world.folder}/evil; false'`
  for (const round of ['cold', 'warm']) {
    const { output, log, experiment } = await runScript(repo, script)
    t.equal(output, 'o\ni\nNest\n-\n \n \n', round)
    t.match(log, 'libs/outer is a submodule: what the run changed in it was not kept')
    t.equal(
      await repo.git('rev-parse', `${experiment.result}:libs/outer`),
      await repo.git('rev-parse', 'HEAD:libs/outer'),
    )
  }
  t.notOk(existsSync(join(world.folder, 'evil')))
  t.strictSame(Object.keys(listing(join(repo.path, 'libs/outer/deep/inner'))), ['i.txt'])
  // To and fro between snapshots with and without them.
  await repo.git('rm', '-rq', '--cached', 'libs', 'absent')
  await repo.git('commit', '--quiet', '--message', 'Leave')
  repo.write('.gitignore', 'libs/\n')
  t.equal((await runScript(repo, 'ls')).output, 'a.txt\n')
})

t.test('a snapshot whose objects are gone is refused, and they are named', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': 'a\n', 'b.txt': 'b\n' })
  t.equal((await runScript(repo, 'true')).exitCode, 0)
  const blob = await repo.git('rev-parse', 'HEAD:b.txt')
  await repo.exp('add', '-n', 'waits', '-c', 'true')
  await repo.exp('wait')
  rmSync(join(repo.path, '.git/objects', blob.slice(0, 2), blob.slice(2)))
  // Of a slot that has the file already nothing is needed.
  rmSync(`${world.env.XDG_CACHE_HOME}`, { recursive: true })
  await repo.exp('retry', 'waits', '--again')
  t.equal((await repo.exp('wait', 'waits')).exitCode, 125)
  const experiment = (await repo.shown()).find(({ name }) => name === 'waits')
  t.match(experiment, { state: 'refused', reason: { code: 'missing-object' } })
  t.match(experiment?.reason?.text, `${blob} b.txt`)
})

t.test('content of Git LFS comes from the user’s store, and goes there', async (t) => {
  const world = sandbox(t)
  if ((await world.run('git', ['lfs', 'version'])).exitCode !== 0) {
    t.comment('skipped: git-lfs is not installed')
    return
  }
  const repo = await world.repository({ 'a.txt': 'a\n' })
  await repo.git('lfs', 'install', '--local', '--skip-repo')
  repo.write('.gitattributes', '*.bin filter=lfs diff=lfs merge=lfs -text\n')
  repo.write('big.bin', 'content\n')
  await repo.git('add', '--all')
  await repo.git('commit', '--quiet', '--message', 'Big')
  t.match(await repo.git('show', 'HEAD:big.bin'), 'oid sha256:')
  const { output, experiment } = await runScript(
    repo,
    'cat big.bin; git status --porcelain; echo made >made.bin',
  )
  t.equal(output, 'content\n')
  const pointer = await repo.git('show', `${experiment.result}:made.bin`)
  const sha256 = /oid sha256:(\w+)/.exec(pointer)?.[1] ?? ''
  const stored = ['.git/lfs/objects', sha256.slice(0, 2), sha256.slice(2, 4), sha256].join('/')
  t.equal(repo.read(stored), 'made\n')
  t.equal(readFileSync(join(repo.path, 'big.bin'), 'utf8'), 'content\n')
  // Without the content there is nothing to run on.
  rmSync(join(repo.path, '.git/lfs/objects'), { recursive: true })
  rmSync(`${world.env.XDG_CACHE_HOME}`, { recursive: true })
  await repo.exp('retry', experiment.name, '--again')
  t.equal((await repo.exp('wait', experiment.name)).exitCode, 125)
  const [refused] = await repo.shown()
  t.match(refused, { state: 'refused', reason: { code: 'missing-object' } })
  t.match(refused?.reason?.text, 'big.bin')
  t.ok(readdirSync(repo.path).includes('big.bin'))
})
