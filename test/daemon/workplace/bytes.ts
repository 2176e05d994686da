import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { runScript } from '../../fixture/run-script.ts'
import { sandbox } from '../../fixture/sandbox.ts'

t.test('line endings of the repository’s own config reach the run', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': 'one\ntwo\n' })
  const show = "od -An -c a.txt | tr -d ' \\n'; echo; git status --porcelain"
  t.equal((await runScript(repo, show)).output, 'one\\ntwo\\n\n')
  // Set after a slot was filled: what lies there has the wrong bytes now.
  await repo.git('config', 'core.autocrlf', 'true')
  t.equal((await runScript(repo, show)).output, 'one\\r\\ntwo\\r\\n\n')
  await repo.git('config', 'core.autocrlf', 'false')
  t.equal((await runScript(repo, show)).output, 'one\\ntwo\\n\n')
})

t.test('a filter known to the repository alone works in the run and for its result', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({})
  await repo.git('config', 'filter.rot.clean', 'tr a-z b-za')
  await repo.git('config', 'filter.rot.smudge', 'tr b-za a-z')
  await repo.git('config', 'filter.rot.required', 'true')
  writeFileSync(join(repo.path, '.git/info/attributes'), '*.rot filter=rot\n')
  repo.write('a.rot', 'abc\n')
  await repo.git('add', 'a.rot')
  await repo.git('commit', '--quiet', '--message', 'Filtered')
  repo.write('b.rot', 'xyz\n')
  t.equal(await repo.git('cat-file', 'blob', 'HEAD:a.rot'), 'bcd')
  const { output, experiment } = await runScript(
    repo,
    'cat a.rot b.rot; git status --porcelain; echo def >c.rot; echo def >>a.rot',
  )
  t.equal(output, 'abc\nxyz\n?? b.rot\n')
  const stored = ['a', 'b', 'c'].map((name) =>
    repo.git('cat-file', 'blob', `${experiment.result}:${name}.rot`),
  )
  t.strictSame(await Promise.all(stored), ['bcd\nefg', 'yza', 'efg'])
})

t.test('what .git/info/exclude or core.excludesFile ignores is ignored in the run', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': 'a\n' })
  const excludes = join(world.folder, 'excludes')
  writeFileSync(excludes, '*.global\n')
  writeFileSync(join(repo.path, '.git/info/exclude'), 'scratch/\n')
  await repo.git('config', 'core.excludesFile', excludes)
  const { output, experiment } = await runScript(
    repo,
    'mkdir scratch; echo x >scratch/x; echo x >x.global; echo x >x.txt; git status --porcelain',
  )
  t.equal(output, '?? x.txt\n')
  t.equal(await repo.git('ls-tree', '-r', '--name-only', `${experiment.result}`), 'a.txt\nx.txt')
  t.strictSame(experiment.kept.map(({ path }) => path).sort(), ['scratch/x', 'x.global'])
})

t.test('a repository that ignores modes or links says so to the run', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.sh': 'a\n' })
  await repo.git('config', 'core.fileMode', 'false')
  await repo.git('config', 'core.symlinks', 'false')
  const { output, experiment } = await runScript(
    repo,
    'chmod +x a.sh; git status --porcelain; git config core.symlinks',
  )
  t.equal(output, 'false\n')
  t.match(await repo.git('ls-tree', `${experiment.result}`), /^100644 blob \w+\ta\.sh$/)
})

t.test('attributes of a snapshot decide how its files are written, and no others do', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': 'one\n', 'sub/b.txt': 'two\n' })
  const show = `od -An -c a.txt sub/b.txt | tr -d ' \\n'; echo; echo '*.txt eol=crlf' >sub/.gitattributes`
  t.equal((await runScript(repo, show)).output, 'one\\ntwo\\n\n')
  repo.write('.gitattributes', '*.txt eol=crlf\n')
  t.equal((await runScript(repo, show)).output, 'one\\r\\ntwo\\r\\n\n')
  repo.write('.gitattributes', '')
  t.equal((await runScript(repo, show)).output, 'one\\ntwo\\n\n')
  // The user's own, of which the repository knows nothing.
  await world.config('core.autocrlf', 'true')
  t.equal((await runScript(repo, show)).output, 'one\\r\\ntwo\\r\\n\n')
})
