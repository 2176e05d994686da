import { lstatSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import { bringPaths } from '../../../daemon/workplace/link.ts'
import { listing } from '../../fixture/listing.ts'
import { runScript } from '../../fixture/run-script.ts'
import { sandbox } from '../../fixture/sandbox.ts'

const ignoring = (...lines: string[]): Record<string, string> => ({
  '.gitignore': `${lines.join('\n')}\n`,
})

t.test('ignored data and environments are linked by themselves, and never collected', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository(ignoring('data/', '.venv', 'node_modules', 'other/'))
  for (const folder of ['data', '.venv', 'node_modules', 'other']) repo.write(`${folder}/x`, 'x\n')
  const { output, stderr, experiment } = await runScript(
    repo,
    'readlink data .venv node_modules; ls -A; git status --porcelain; echo run >data/made',
  )
  t.equal(
    output,
    ['data', '.venv', 'node_modules'].map((name) => `${join(repo.path, name)}\n`).join('') +
      '.git\n.gitignore\n.venv\ndata\nnode_modules\n',
  )
  t.match(stderr, 'data')
  t.equal(await repo.git('ls-tree', '--name-only', `${experiment.result}`), '.gitignore')
  t.strictSame(experiment.kept, [])
  t.equal(repo.read('data/made'), 'run\n', 'a linked folder is the user’s own')
  t.ok(lstatSync(join(repo.path, 'data')).isDirectory())
  // The next run in the slot goes through the same links and empties none.
  t.equal((await runScript(repo, 'cat data/x data/made')).output, 'x\nrun\n')
  t.equal(repo.read('.venv/x'), 'x\n')
})

t.test('a rule that takes `data` back in does not bring its link into the result', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({
    ...ignoring('/*', '!/.gitignore', '!/data', '!/sub'),
    'sub/.gitignore': '!data\ndata/\n',
    'exp.yaml': 'link: [data, sub/data]\n',
  })
  repo.write('data/.gitignore', '*\n')
  repo.write('sub/data/x', 'x\n')
  const { output, experiment } = await runScript(
    repo,
    'test -L data && cat sub/data/x && ls -d sub/*',
  )
  t.equal(output, 'x\nsub/data\n')
  const names = await repo.git('ls-tree', '-r', '--name-only', `${experiment.result}`)
  t.equal(names, '.gitignore\nsub/.gitignore')
})

t.test('exp.yaml says what is linked and what is copied, files and folders', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({
    ...ignoring('data', '/big file', 'cache/', '.env', 'conf/local', 'absent'),
    'exp.yaml': `link: ['big file', deep/cache, absent]\ncopy: [.env, conf/local]\n`,
  })
  for (const path of ['data/x', 'big file', 'deep/cache/x', '.env', 'conf/local/deep/x']) {
    repo.write(path, 'mine\n')
  }
  symlinkSync('deep/x', join(repo.path, 'conf/local/link'))
  const { output, log, experiment } = await runScript(
    repo,
    `test -e data || echo no data; test -L 'big file' && test -L deep/cache && echo linked
     test -L .env || test -L conf/local || echo copied; cat .env conf/local/deep/x 'big file'
     readlink conf/local/link; git status --porcelain
     echo run >.env; echo run >conf/local/deep/x; echo run >conf/local/new; echo run >deep/cache/x`,
  )
  t.equal(output, 'no data\nlinked\ncopied\nmine\nmine\nmine\ndeep/x\n')
  t.match(log, /absent is not in the workspace/)
  t.equal(repo.read('.env'), 'mine\n')
  t.equal(repo.read('conf/local/deep/x'), 'mine\n')
  t.equal(repo.read('deep/cache/x'), 'run\n')
  t.strictSame(experiment.kept, [])
  const names = await repo.git('ls-tree', '-r', '--name-only', `${experiment.result}`)
  t.equal(names, '.gitignore\nexp.yaml')
})

t.test('what is not ignored is the snapshot’s and is not linked over', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'data/tracked.txt': 'old\n', 'exp.yaml': 'link: [data]\n' })
  repo.write('data/tracked.txt', 'queued\n')
  const { output, log } = await runScript(repo, 'test -L data || cat data/tracked.txt')
  t.equal(output, 'queued\n')
  t.match(log, /data is part of the snapshot/)
})

t.test('nothing is written through a link of the snapshot that leads out of it', async (t) => {
  const { folder } = sandbox(t)
  const [workspace, workplace, victim] = ['workspace', 'workplace', 'victim'].map((name) => {
    mkdirSync(join(folder, name))
    return join(folder, name)
  }) as [string, string, string]
  for (const path of ['out/a', 'out/deep/b', 'nowhere/c', 'in/d']) {
    mkdirSync(dirname(join(workspace, path)), { recursive: true })
    writeFileSync(join(workspace, path), 'mine\n')
  }
  symlinkSync(victim, join(workplace, 'out'))
  symlinkSync('absent', join(workplace, 'nowhere'))
  const brought = bringPaths(workspace, workplace, {
    link: ['out/a', 'nowhere/c', 'in/d'],
    copy: ['out/deep/b'],
  })
  t.strictSame(brought.linked, ['in/d'])
  t.strictSame(brought.copied, [])
  t.equal(brought.notes.length, 3)
  t.strictSame(listing(victim), {})
})
