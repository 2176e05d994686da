import { createHash } from 'node:crypto'
import { existsSync, linkSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { gate } from '../fixture/gate.ts'
import { listing } from '../fixture/listing.ts'
import { runScript } from '../fixture/run-script.ts'
import { type ShownExperiment, sandbox, type TestRepository } from '../fixture/sandbox.ts'

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

const filesOf = async (repo: TestRepository, { result }: ShownExperiment): Promise<string[]> =>
  (await repo.git('ls-tree', '-r', '--name-only', `${result}`)).split('\n').filter(Boolean)

const keptPaths = ({ kept }: ShownExperiment): string[] => kept.map(({ path }) => path).sort()

t.test('what a run made and Git ignores is kept, but for caches', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({
    '.gitignore': 'runs/\n*.pt\n*.pyc\n__pycache__/\n.cache/\nnode_modules/\n',
  })
  const script = `mkdir -p runs/deep __pycache__ .cache node_modules; echo log >runs/deep/log
    echo model >model.pt; echo model >same.pt; echo x >x.pyc; echo x >__pycache__/x
    echo x >.cache/x; echo x >node_modules/x; echo new >new.txt; exit "$0"`
  for (const state of ['succeeded', 'failed']) {
    const { experiment } = await runScript(
      repo,
      script.replace('$0', state === 'failed' ? '1' : '0'),
    )
    t.equal(experiment.state, state)
    t.strictSame(await filesOf(repo, experiment), ['.gitignore', 'new.txt'])
    t.strictSame(
      experiment.kept.toSorted((a, b) => (a.path < b.path ? -1 : 1)),
      [
        { path: 'model.pt', sha256: sha256('model\n'), bytes: 6 },
        { path: 'runs/deep/log', sha256: sha256('log\n'), bytes: 4 },
        { path: 'same.pt', sha256: sha256('model\n'), bytes: 6 },
      ],
    )
    t.equal(readFileSync(join(world.places.store, sha256('log\n')), 'utf8'), 'log\n')
    const outputs = join(world.places.runs, experiment.id, '1/outputs')
    t.equal(readFileSync(join(outputs, 'runs/deep/log'), 'utf8'), 'log\n')
  }
  const stored = Object.keys(listing(world.places.store))
  t.strictSame(stored, [sha256('model\n'), sha256('log\n')].sort(), 'equal files are there once')
})

t.test('large new files go to the store, and large tracked ones into Git', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'tracked.bin': 'small\n' })
  await repo.git('config', 'exp.maxBlob', '10k')
  const { experiment } = await runScript(
    repo,
    'head -c 10240 /dev/zero >just.bin; head -c 10241 /dev/zero >over.bin; cp over.bin tracked.bin',
  )
  t.strictSame(await filesOf(repo, experiment), ['just.bin', 'tracked.bin'])
  const over = sha256('\0'.repeat(10241))
  t.strictSame(experiment.kept, [{ path: 'over.bin', sha256: over, bytes: 10241 }])
  t.equal(statSync(join(world.places.store, over)).size, 10241)
  const { stdout } = await repo.exp('show', '--json', experiment.name)
  t.strictSame(JSON.parse(stdout)[0].kept, experiment.kept)
  const message = await repo.git('show', '-s', '--format=%B', `${experiment.result}`)
  t.match(message, `Exp-Files: ${JSON.stringify(experiment.kept)}`)
})

t.test('declared outputs are in the result though they are ignored', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({
    '.gitignore': '*.pt\nplots/\n',
    'exp.yaml': 'outputs: [model.pt, "plots/**"]\n',
  })
  const { experiment } = await runScript(
    repo,
    'echo m >model.pt; echo o >other.pt; mkdir -p plots/deep; echo p >plots/deep/p.png',
  )
  t.strictSame(await filesOf(repo, experiment), [
    '.gitignore',
    'exp.yaml',
    'model.pt',
    'plots/deep/p.png',
  ])
  t.strictSame(keptPaths(experiment), ['other.pt'])
})

t.test('what exceeds exp.keepIgnored is named in the log', async (t) => {
  const world = sandbox(t)
  await world.config('exp.keepIgnored', '10')
  const repo = await world.repository({ '.gitignore': 'ignored\nsmall\n' })
  const { experiment, log } = await runScript(repo, 'echo more than ten >ignored; echo x >small')
  t.strictSame(keptPaths(experiment), ['small'])
  t.match(log, /^\[git exp\] ignored was not kept: exp\.keepIgnored is reached$/m)
})

t.test('metrics are read from the files that have them, in each format', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': 'a\n' })
  const named = await runScript(
    repo,
    `echo '{"acc": 0.5, "deep": {"n": [1, 2]}, "nan": NaN}' >metrics.json
     printf 'loss: 1e-3\\n' >metrics.yaml; printf '[a]\\nb = 1\\n' >metrics.toml; echo '{' >summary.json`,
  )
  t.strictSame(named.experiment.metrics, {
    'metrics.json': { acc: 0.5, deep: { n: [1, 2] }, nan: 'NaN' },
    'metrics.yaml': { loss: 0.001 },
    'metrics.toml': { a: { b: 1 } },
  })
  repo.write('exp.yaml', 'metrics: [out/scores.json]\n')
  const declared = await runScript(
    repo,
    `mkdir out; echo '{"f1": 2}' >out/scores.json; echo '{"acc": 1}' >metrics.json; exit 1`,
  )
  t.strictSame(declared.experiment.metrics, { 'out/scores.json': { f1: 2 } })
})

t.test('a run cannot keep its result from being collected', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': 'a\n', '.gitignore': 'ignored\n' })
  const cases = {
    'echo b >b.txt; echo c >ignored; chmod 0 a.txt b.txt ignored': ['.gitignore', 'a.txt', 'b.txt'],
    'mkdir d; echo b >d/b.txt; chmod 0 d': ['.gitignore', 'a.txt', 'd/b.txt'],
    'mkfifo fifo; echo b >b.txt': ['.gitignore', 'a.txt', 'b.txt'],
    'mkdir metrics.json; mkfifo metrics.yaml; echo x >dvclive': ['.gitignore', 'a.txt', 'dvclive'],
    'rm -rf "$PWD"': [],
    'rm -rf "$PWD" && echo file >"$PWD"': [],
    [`cd .. && rm -rf "$OLDPWD" && ln -s '${world.folder}/victim' "$OLDPWD"`]: [],
  }
  mkdirSync(join(world.folder, 'victim'))
  writeFileSync(join(world.folder, 'victim/mine.txt'), 'mine\n')
  for (const [script, files] of Object.entries(cases)) {
    const { experiment, log } = await runScript(repo, script)
    t.equal(experiment.state, 'succeeded', log)
    t.strictSame(await filesOf(repo, experiment), files, script)
  }
  t.strictSame(listing(join(world.folder, 'victim')), { 'mine.txt': 'file mine\n' })
})

t.test('files that Git refuses go to the store, and the others into Git', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({
    '.gitattributes': '*.u working-tree-encoding=UTF-16\n',
    'a.txt': 'a\n',
    'gone.txt': 'x\n',
  })
  repo.write('tracked.u', Buffer.from('\ufeffold\n', 'utf16le'))
  await repo.git('add', 'tracked.u')
  await repo.git('commit', '--quiet', '--message', 'Encoded')
  const { experiment, log } = await runScript(
    repo,
    'printf abc >new.u; printf abcd >tracked.u; echo b >a.txt; echo b >b.txt; rm gone.txt',
  )
  t.strictSame(keptPaths(experiment), ['new.u', 'tracked.u'])
  t.match(log, /^\[git exp\] new\.u is refused by Git and was put into the store$/m)
  const files = ['.gitattributes', 'a.txt', 'b.txt', 'tracked.u']
  t.strictSame(await filesOf(repo, experiment), files)
  t.equal(await repo.git('show', `${experiment.result}:a.txt`), 'b')
  t.equal(await repo.git('show', `${experiment.result}:tracked.u`), 'old')
})

t.test('a file that is known by another name too is kept as a copy', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ '.gitignore': 'data.bin\n' })
  const elsewhere = join(world.folder, 'elsewhere')
  writeFileSync(elsewhere, 'mine\n', { mode: 0o640 })
  const { experiment } = await runScript(repo, `ln '${elsewhere}' data.bin`)
  t.strictSame(keptPaths(experiment), ['data.bin'])
  t.equal(statSync(elsewhere).mode & 0o777, 0o640)
  linkSync(elsewhere, `${elsewhere}-2`)
  writeFileSync(elsewhere, 'changed\n')
  t.equal(readFileSync(join(world.places.store, sha256('mine\n')), 'utf8'), 'mine\n')
})

t.test('with --keep the workplace stays as the run left it', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': 'a\n' })
  const { wait, open } = gate(world)
  open()
  const { experiment } = await runScript(repo, `${wait}; echo b >b.txt; exit 1`, '--keep')
  const { workplace } = experiment
  t.strictSame(listing(`${workplace}`), { 'a.txt': 'file a\n', 'b.txt': 'file b\n' })
  await runScript(repo, 'true')
  t.ok(existsSync(join(`${workplace}`, 'b.txt')))
})
