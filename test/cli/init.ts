import { existsSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { readExpYaml } from '../../lib/spec/exp-yaml.ts'
import { cliProgram, sandbox } from '../fixture/sandbox.ts'
import { noTerminal, terminal } from '../fixture/terminal.ts'

t.test('init proposes what it finds, writes it when told, and never twice', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({
    'train.py': '',
    'params.yaml': 'lr: 1\n',
    'metrics.json': '{}',
    '.gitignore': '.venv\n',
    '.venv/bin/python': '',
  })
  repo.write('.venv/bin/python', '')
  const shown = await repo.exp('init')
  t.match(shown, { exitCode: 0, stderr: /nothing was written; git exp init --yes/ })
  t.notOk(existsSync(join(repo.path, 'exp.yaml')))
  const written = await repo.exp('init', '--yes', '--hooks')
  t.equal(written.exitCode, 0, written.stderr)
  t.equal(repo.read('exp.yaml'), shown.stdout)
  t.ok(existsSync(join(repo.path, '.git/hooks/post-commit')))
  t.strictSame(await readExpYaml(shown.stdout, 'exp.yaml'), {
    command: 'python train.py',
    params: ['params.yaml'],
    metrics: ['metrics.json'],
    link: ['.venv'],
  })
  repo.write('exp.yaml', 'cmd: mine\n')
  t.match(await repo.exp('init', '--yes'), { exitCode: 0, stderr: /stays as it is/ })
  t.equal(repo.read('exp.yaml'), 'cmd: mine\n')
})

t.test('without a likely command it asks, or says how to name one', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': '' })
  t.match(await repo.exp('init', '--yes'), { exitCode: 1, stderr: /git exp init --cmd/ })
  const hostile = 'echo "a: b" # c'
  t.match(await repo.exp('init', '--cmd', hostile), { exitCode: 0 })
  if (noTerminal) return t.comment(noTerminal)
  const line = `'${process.execPath}' '${cliProgram}' init`
  const asked = terminal(world, line, { cwd: repo.path })
  await asked.shows(/Command: /)
  asked.type(`${hostile}\n`)
  await asked.shows(/Write this to exp\.yaml\? \[Y\/n\] /)
  asked.type('\n')
  t.equal(await asked.ended, 0, asked.seen())
  t.strictSame(await readExpYaml(repo.read('exp.yaml'), 'exp.yaml'), { command: hostile })
})
