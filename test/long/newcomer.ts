import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { installPackage, pathOf } from '../fixture/installed.ts'
import { sandbox } from '../fixture/sandbox.ts'
import { noTerminal, terminal } from '../fixture/terminal.ts'

const TRAIN = `import os, pathlib, sys
lr = float(pathlib.Path('params.yaml').read_text().split('lr:')[1].split()[0])
print('training with', lr)
if os.path.exists('fail'): sys.exit('out of luck')
pathlib.Path('metrics.json').write_text('{"acc": %s}' % lr)
`

// One package, one home with nothing in it, one repository, and twenty things typed in order.
t.test('the first twenty things a newcomer types', { skip: noTerminal }, async (t) => {
  const world = sandbox(t)
  const installed = installPackage(world)
  const { folder } = world
  // Nothing but what a fresh account has: no state folder named, no git config of ours.
  world.env = {
    PATH: pathOf(installed, world),
    HOME: join(folder, 'home'),
    LC_ALL: 'C.UTF-8',
    GIT_EXP_TEST_SANDBOX: world.env.GIT_EXP_TEST_SANDBOX ?? '',
  }
  fs.writeFileSync(join(folder, 'home/.gitconfig'), '[user]\n\tname = N\n\temail = n@example.org\n')
  const path = join(folder, 'project')
  fs.mkdirSync(path)
  const write = (file: string, text: string) => fs.writeFileSync(join(path, file), text)
  t.teardown(() => world.run('git-exp', ['daemon', 'stop', '--kill']).then(() => {}))

  /** Types a line at a terminal of its own; gives back what was seen and how it ended. */
  const typed = async (line: string, cwd = path) => {
    const shell = terminal(world, line, { cwd })
    return { exitCode: await shell.ended, seen: shell.seen() }
  }
  const step = async (
    number: number,
    line: string,
    expected: { exitCode?: number; seen?: RegExp; not?: RegExp },
    cwd?: string,
  ) => {
    const { exitCode, seen } = await typed(line, cwd)
    const name = `${number}: ${line}`
    t.equal(exitCode, expected.exitCode ?? 0, `${name}\n${seen}`)
    if (expected.seen) t.match(seen, expected.seen, name)
    if (expected.not) t.notMatch(seen, expected.not, name)
    t.notMatch(seen, /\n {4}at |this is a fault of git exp/, `${name}: no stack trace`)
    return seen
  }

  await step(4, 'git exp', { exitCode: 1, seen: /this is not a Git repository\n.*git init/ })
  await step(3, 'git init -q -b main; git exp', { exitCode: 1, seen: /git commit --allow-empty/ })
  write('train.py', TRAIN)
  write('params.yaml', 'lr: 0.3  # kept\n')
  write('.gitignore', 'data/\n.env\n__pycache__/\n')
  fs.mkdirSync(join(path, 'data'))
  write('data/big', 'data')
  fs.mkdirSync(join(path, 'sub'))
  write('sub/file', '')
  spawnSync('git', ['-C', path, 'add', '-A'], { env: world.env })
  spawnSync('git', ['-C', path, 'commit', '-qm', 'Start'], { env: world.env })
  await step(1, 'git exp', { seen: /nothing is queued yet: git exp add -- COMMAND/ })
  await manual(t, typed)
  await step(5, 'git exp run -n first python3 train.py', {
    exitCode: 129,
    seen: /behind --: git exp run -- python3 train\.py/,
  })
  await step(5, 'git exp run -n first -- python3 train.py', { seen: /training with 0\.3\n/ })
  await step(4, 'git exp run -n below -- pwd', { seen: /\/work\/[^/]+\/sub\n/ }, join(path, 'sub'))

  write('exp.yaml', 'cmd: python3 train.py\ngoal: {acc: max}\n')
  await step(6, 'git exp add -n two -S lr=0.1,0.2', {
    seen: /two-1\n.*two-2\n.*2 experiments queued/s,
  })
  write('train.py', 'raise SystemExit("edited")\n')
  await step(7, 'git exp wait two-1 two-2', { exitCode: 0 })
  write('train.py', TRAIN)
  await step(8, 'git exp add -S lrr=0.1', {
    exitCode: 1,
    seen: /no parameter lrr in params\.yaml; did you mean lr\?/,
  })
  await step(9, `git exp add -n range -S 'lr=range(0.1,0.4,0.1)'; git exp wait`, {
    seen: /range-3\n/,
    not: /range-4|0000000/,
  })
  await step(10, 'git exp add -S model={a:1 -S b:2}', {
    exitCode: 1,
    seen: /your shell made 2 arguments of one.*quotes/,
  })
  await step(11, 'git exp run -n linked -- ls data', {
    seen: /link data.*\nbig\n|link data.*big\n/s,
  })
  write('model2.py', 'print("new model")\n')
  await step(12, 'git exp run -n new -- python3 model2.py', { seen: /new model\n/ })
  await step(13, 'git exp show', { seen: /name .*state .*lr .*acc.*two-2 .* 0\.2 .* 0\.2/s })
  await step(14, 'git exp log -f', { seen: /new model\n/ })
  write('fail', '')
  await step(15, 'git exp run -n bad', {
    exitCode: 1,
    seen: /out of luck\n(.*\n)*.*bad failed: exited with 1/,
  })
  await step(15, 'git exp log bad', { seen: /out of luck/ })
  await step(15, 'git exp retry bad && git exp wait bad', { exitCode: 1 })
  fs.rmSync(join(path, 'fail'))

  const running = terminal(world, 'git exp run -n slow -- sh -c "echo here; sleep 600"', {
    cwd: path,
  })
  await running.shows(/here\n/)
  running.type('\u0003')
  t.equal(await running.ended, 130, `16: ^C\n${running.seen()}`)
  await step(16, 'git exp wait slow; git exp status', { seen: /slow +stopped/ })
  await step(17, 'git commit -qam Next; git exp show', { seen: /two-1.*first/s })
  await step(18, 'git exp diff two-1 two-2', { seen: /lr.*0\.1.*0\.2/s })
  await step(18, 'git exp best acc', { seen: /range-3|first/ })
  write('train.py', '# mine\n')
  await step(19, 'git exp apply two-1', { seen: /git exp undo/ })
  await step(19, 'git exp undo && cat train.py', { seen: /# mine\n/ })
  await step(20, 'git status --short; git branch --all; git stash list', {
    not: /exp\/|two-|range-/,
  })
  const remote =
    'git init -q --bare ../remote.git && git push -q ../remote.git HEAD && git ls-remote ../remote.git'
  await step(20, remote, { seen: /refs\/heads\/main/, not: /refs\/(exps|git-exp)/ })
  await step(20, 'cat params.yaml', { seen: /lr: 0\.3 {2}# kept\n/ })
})

/** `git exp --help` is a call of man, which looks beside the folders of the PATH. */
const manual = async (
  t: Test,
  typed: (line: string) => Promise<{ exitCode: number | null; seen: string }>,
): Promise<void> => {
  if (spawnSync('man', ['--version']).status !== 0) {
    t.comment('there is no man here')
    return
  }
  const { exitCode, seen } = await typed('MANPAGER=cat git exp --help')
  t.equal(exitCode, 0, seen)
  t.match(seen, /git-exp - an experiment queue for Git\n/, '2: git exp --help')
}
