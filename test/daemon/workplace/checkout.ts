import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { gate } from '../../fixture/gate.ts'
import { listing } from '../../fixture/listing.ts'
import { runScript } from '../../fixture/run-script.ts'
import { type Sandbox, sandbox, type TestRepository } from '../../fixture/sandbox.ts'

/** What a run sees in its workplace; after it `then` runs there. */
const seen = async (
  { folder }: Sandbox,
  repo: TestRepository,
  then = 'true',
): Promise<ReturnType<typeof listing>> => {
  const copy = join(folder, 'copy')
  rmSync(copy, { recursive: true, force: true })
  const { log, exitCode } = await runScript(repo, `cp -a . '${copy}' && ${then}`)
  if (exitCode !== 0) throw new Error(log)
  return listing(copy)
}

const tracked = {
  'edited.txt': 'old\n',
  'staged.txt': 'old\n',
  'half.txt': 'old\n',
  'same.txt': 'same\n',
  'gone.txt': 'gone\n',
  'unlinked/deep.txt': 'gone\n',
  'plain.sh': '#!/bin/sh\n',
  'program.sh': '#!/bin/sh\n',
  'becomes-folder': 'file\n',
  'becomes-file/a': 'a\n',
  'becomes-link': 'file\n',
  'with space & ümlaut "quote"': 'x\n',
  '.gitignore': 'ignored\n',
}

const workOn = async (repo: TestRepository): Promise<void> => {
  const at = (path: string): string => join(repo.path, path)
  chmodSync(at('program.sh'), 0o755)
  symlinkSync('same.txt', at('link'))
  await repo.git('add', '--all')
  await repo.git('commit', '--quiet', '--message', 'Modes and links')
  repo.write('edited.txt', 'new\n')
  repo.write('staged.txt', 'new\n')
  repo.write('half.txt', 'staged\n')
  repo.write('added.txt', 'added\n')
  await repo.git('add', 'staged.txt', 'half.txt', 'added.txt')
  repo.write('half.txt', 'staged and edited\n')
  for (const path of ['gone.txt', 'unlinked', 'becomes-folder', 'becomes-file', 'becomes-link']) {
    rmSync(at(path), { recursive: true })
  }
  rmSync(at('link'))
  symlinkSync('edited.txt', at('link'))
  symlinkSync('nowhere', at('becomes-link'))
  repo.write('becomes-folder/a/b', 'b\n')
  repo.write('becomes-file', 'file\n')
  chmodSync(at('plain.sh'), 0o755)
  chmodSync(at('program.sh'), 0o644)
  repo.write('new/untracked.txt', 'untracked\n')
  repo.write('new/line\nbreak', 'untracked\n')
  repo.write('new/empty', '')
  repo.write('new/bytes', Buffer.from([0, 255, 13, 10, 10, 13]))
  writeFileSync(Buffer.from(`${at('new')}/caf\xe9`, 'latin1'), 'not UTF-8\n')
  repo.write('new/tool', 'program\n')
  chmodSync(at('new/tool'), 0o755)
  symlinkSync('../edited.txt', at('new/link'))
  symlinkSync('/etc/hostname', at('new/absolute'))
  repo.write('ignored', 'ignored\n')
}

t.test('a run sees the workspace as it is, but for what is ignored', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository(tracked)
  await workOn(repo)
  const { ignored, ...expected } = listing(repo.path)
  t.ok(ignored)
  t.equal(expected['new/caf\xe9'], 'file not UTF-8\n')
  t.strictSame(await seen(world, repo), expected)
})

t.test('what is edited after `add` is not in the run', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository(tracked)
  const { wait, reached, open } = gate(world)
  await repo.exp('add', '-c', wait)
  await reached()
  repo.write('edited.txt', 'queued\n')
  repo.write('new.txt', 'queued\n')
  const expected = listing(repo.path)
  const copy = join(world.folder, 'copy')
  await repo.exp('add', '-n', 'second', '-c', `cp -a . '${copy}'`)
  repo.write('edited.txt', 'edited later\n')
  repo.write('later.txt', 'made later\n')
  rmSync(join(repo.path, 'new.txt'))
  await repo.git('commit', '--quiet', '--all', '--message', 'Later')
  open()
  t.equal((await repo.exp('wait', 'HEAD~:second')).exitCode, 0)
  t.strictSame(listing(copy), expected)
})

t.test('nothing of a run is left to the next one in its slot', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({
    'a.txt': 'a\n',
    'folder/b.txt': 'b\n',
    'program.sh': 'x\n',
    '.gitignore': 'ignored\n*.log\n',
  })
  const victim = join(world.folder, 'victim')
  mkdirSync(join(victim, 'folder'), { recursive: true })
  chmodSync(victim, 0o755)
  writeFileSync(join(victim, 'precious.log'), 'precious\n')
  writeFileSync(join(victim, 'folder/b.txt'), 'precious\n')
  const expected = listing(repo.path)
  const mess = [
    'echo changed >a.txt; chmod +x program.sh; echo new >new.txt; mkdir -p empty/below',
    'mkdir -p ignored/deep; echo x >ignored/deep/x; echo x >x.log',
    `git init -q nested; echo x >nested/x; git -C nested add x; git -C nested commit -qm x`,
    'mkdir read-only; echo x >read-only/x; chmod 500 read-only; chmod 400 new.txt',
    `mkdir -p ignored/locked/in; chmod 0 ignored/locked/in ignored/locked`,
    // Links out of the slot, one of them where the snapshot has a folder.
    `ln -s '${victim}' out; ln -s '${victim}' ignored/out; rm -rf folder; ln -s '${victim}/folder' folder`,
    `rm -rf .git; ln -s '${victim}' .git`,
    `mkdir ../beside; echo x >../beside/x; ln -s '${victim}' ../beside-link`,
  ]
  const before = listing(victim)
  const first = await runScript(repo, mess.join('\n'))
  t.equal(first.exitCode, 0, first.log)
  const beside = join(world.folder, 'beside')
  t.strictSame(await seen(world, repo, `test -d .git/objects && ls .. >'${beside}'`), expected)
  t.strictSame(listing(victim), before, 'links are not followed')
  t.equal(statSync(victim).mode & 0o777, 0o755)
  t.equal(readFileSync(beside, 'utf8'), 'project\n', 'nor is there anything beside it')
})

t.test('one slot takes snapshots with files and folders swapped, to and fro', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a/b': 'b\n', c: 'c\n', '.gitignore': 'd/\n' })
  for (const round of [1, 2]) {
    // What is ignored here is made by the run, and not ignored in the next snapshot.
    t.strictSame(await seen(world, repo, 'mkdir d && echo d >d/e'), listing(repo.path), `${round}`)
    renameSync(join(repo.path, 'c'), join(repo.path, 'x'))
    renameSync(join(repo.path, 'a'), join(repo.path, 'c'))
    renameSync(join(repo.path, 'x'), join(repo.path, 'a'))
    repo.write('.gitignore', round === 1 ? '' : 'd/\n')
  }
  t.strictSame(await seen(world, repo), listing(repo.path))
})

t.test('paths of `keep` stay from run to run, and nothing else does', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({
    '.gitignore': 'build\nother\n',
    'exp.yaml': 'keep: [build]\n',
  })
  const script = 'mkdir -p build other; echo x >>build/log; echo x >>other/log; cat build/log'
  t.equal((await runScript(repo, `${script} other/log`)).output, 'x\nx\n')
  t.equal((await runScript(repo, `${script} other/log`)).output, 'x\nx\nx\n')
  t.notOk(existsSync(join(repo.path, 'build')))
})
