import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { type Call, sandbox } from '../fixture/sandbox.ts'

/** Verbs that need a repository, each as one would type it. */
const VERBS = [[], ['add', '--', 'true'], ['run', '--', 'true'], ['show'], ['log'], ['wait']]

const refusesAll = async (
  t: Test,
  exp: (args: string[]) => Promise<Call>,
  code: string,
  words: RegExp,
): Promise<void> => {
  for (const verb of VERBS) {
    const plain = await exp(verb)
    t.match(plain, { exitCode: 1, stdout: /^$/, stderr: words }, `git exp ${verb[0] ?? ''}`)
    t.match(plain.stderr, /^git exp: .*\n {2}\S/, 'what happened, and what to do next')
  }
  const { exitCode, stdout, stderr } = await exp(['add', '--json', '--', 'true'])
  t.match({ exitCode, stdout }, { exitCode: 1, stdout: /^$/ })
  t.match(JSON.parse(stderr), { error: { code, message: String, hint: String } })
}

t.test('outside of a repository every verb says so', async (t) => {
  const { exp } = sandbox(t)
  await refusesAll(t, exp, 'not-a-repository', /not a Git repository\n.*git init/)
})

t.test('inside .git every verb sends one to the files', async (t) => {
  const box = sandbox(t)
  const { path } = await box.repository({})
  for (const cwd of [join(path, '.git'), join(path, '.git', 'refs')]) {
    const exp = (args: string[]) => box.exp(args, { cwd })
    await refusesAll(t, exp, 'not-a-repository', /not inside a worktree\n.*folder of your files/)
  }
})

t.test('in a bare repository every verb tells how to get a worktree', async (t) => {
  const box = sandbox(t)
  const { path } = await box.repository({})
  const cwd = join(box.folder, 'bare.git')
  await box.run('git', ['clone', '--quiet', '--bare', path, cwd])
  const exp = (args: string[]) => box.exp(args, { cwd })
  await refusesAll(t, exp, 'bare-repository', /bare repository.*\n.*git worktree add/)
  await box.run('git', ['worktree', 'add', '--quiet', '../work'], { cwd })
  const inWork = await box.exp(['add', '--', 'true'], { cwd: join(box.folder, 'work') })
  t.match(inWork, { exitCode: 0 }, 'and that way works')
})

t.test('before the first commit every verb tells how to make one', async (t) => {
  const box = sandbox(t)
  const cwd = join(box.folder, 'fresh')
  await box.run('git', ['init', '--quiet', cwd])
  const exp = (args: string[]) => box.exp(args, { cwd })
  await refusesAll(t, exp, 'no-commit', /no commit yet.*\n.*git commit --allow-empty -m "Start"/)
  await box.run('git', ['commit', '--quiet', '--allow-empty', '-m', 'Start'], { cwd })
  t.match(await exp(['add', '--', 'true']), { exitCode: 0 }, 'and that way works')
})

t.test('while files conflict nothing is captured, and they are named', async (t) => {
  const box = sandbox(t)
  const { exp, git, write } = await box.repository({ 'a.txt': 'a\n', 'new\nline': 'a\n' })
  const change = async (text: string) => {
    for (const file of ['a.txt', 'new\nline']) write(file, text)
    await git('commit', '--quiet', '--all', '--message', text)
  }
  await git('branch', 'other')
  await change('mine\n')
  await git('switch', '--quiet', 'other')
  await change('theirs\n')
  await t.rejects(git('merge', '--quiet', 'main'))
  const refused = await exp('add', '--', 'true')
  t.match(refused, { exitCode: 1, stdout: /^$/, stderr: /conflicts: a\.txt, new.line\n.*git add/s })
  t.match(JSON.parse((await exp('add', '--json', '--', 'true')).stderr), {
    error: { code: 'conflicted-index' },
  })
  t.equal(await git('for-each-ref', 'refs/git-exp'), '')
  t.match(await exp(), { exitCode: 0 }, 'looking is no capture')
  await git('add', '--all')
  t.match(await exp('add', '--', 'true'), { exitCode: 0 }, 'resolved, it is captured mid-merge')
})

t.test('a state folder that cannot be used is named, with the way on', async (t) => {
  const box = sandbox(t)
  const { exp, git } = await box.repository({})
  const { home, spool } = box.places
  const refuses = async (words: RegExp) => {
    const refused = await exp('add', '--json', '--', 'true')
    t.match(refused, { exitCode: 1, stdout: /^$/ })
    const { error } = JSON.parse(refused.stderr)
    t.match(error, { code: 'state-folder', message: words, hint: String })
    t.match(error.message, home)
    t.equal(await git('for-each-ref', 'refs/git-exp'), '', 'nothing is half queued')
  }
  writeFileSync(home, '')
  await refuses(/./)
  t.match(await exp(), { exitCode: 1, stdout: /^$/, stderr: home })
  rmSync(home)

  mkdirSync(home, { mode: 0o755 })
  chmodSync(home, 0o755)
  await refuses(/others may read/)
  chmodSync(home, 0o700)
  t.match(await exp(), { exitCode: 0 })

  const isRoot = process.getuid?.() === 0
  for (const [folder, mode] of [
    [home, 0o000],
    [home, 0o400],
    [join(home, 'scratch'), 0o500],
    [spool.tmp, 0o500],
    [spool.new, 0o500],
    [spool.env, 0o500],
  ] as const) {
    await t.test(`mode ${mode.toString(8)}`, { skip: isRoot && 'root may do it all' }, async () => {
      chmodSync(folder, mode)
      await refuses(/./).finally(() => chmodSync(folder, 0o700))
    })
  }
  t.match(await exp('add', '-n', 'seen', '--', 'true'), { exitCode: 0 }, 'put right, it works')
  await exp('wait', 'seen')
  chmodSync(home, 0o500)
  t.match(await exp('show'), { exitCode: 0, stdout: /seen/ }, 'and is read where none may write')
  chmodSync(home, 0o700)
})
