import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { cliProgram, sandbox } from '../fixture/sandbox.ts'

t.test('in a repository that never used it, git exp says how to begin', async (t) => {
  const { repository, env } = sandbox(t)
  const { exp } = await repository({})
  const status = await exp()
  t.match(status, { exitCode: 0, stderr: /^$/ })
  t.match(status.stdout, /nothing is queued yet: git exp add -- COMMAND/)
  t.match(status.stdout, /the daemon is not running/)
  t.match(JSON.parse((await exp('status', '--json')).stdout), {
    daemon: { running: false, pid: null, home: env.GIT_EXP_HOME },
    experiments: [],
  })
  t.match(await exp('show', '--json'), { exitCode: 0, stdout: '[]\n', stderr: /^$/ })
  t.match(await exp('log'), { exitCode: 1, stdout: /^$/, stderr: /no experiment.*\n.*git exp add/ })
  t.match(await exp('wait'), { exitCode: 0, stdout: /^$/ })
  t.match(await exp('doctor'), { exitCode: 0 }, 'and nothing is wrong')
})

t.test('names and JSON go to stdout, all the rest to stderr', async (t) => {
  const { repository } = sandbox(t)
  const { exp, write } = await repository({ 'params.yaml': 'lr: 1\n' })
  write('.env', 'TOKEN=1\n')
  const one = await exp('add', '-n', 'one', '--', 'sh', '-c', 'echo out; echo err >&2')
  t.match(one, { exitCode: 0, stdout: /^one\n$/ })
  t.match(one.stderr, /command sh -c.*\n.*secrets: \.env/s)
  const sweep = await exp('add', '-n', 's', '-S', 'lr=1,2', '--', 'true')
  t.match(sweep, { stdout: /^s-1\ns-2\n$/, stderr: /2 experiments queued/ })
  const asJson = await exp('add', '-n', 'j', '--json', '--', 'true')
  t.match(JSON.parse(asJson.stdout), [{ name: 'j', state: 'queued', number: null, result: null }])
  t.match(asJson.stderr, 'secrets')

  t.match(await exp('wait', 'one', 's-1', 's-2', 'j'), {
    exitCode: 0,
    stdout: /^$/,
    stderr: /^one succeeded/m,
  })
  const log = await exp('log', 'one')
  t.match(log, { stdout: /^out$/m, stderr: /^$/ })
  t.match(log, { stdout: /^err$/m })
  const run = await exp('run', '-n', 'r', '--', 'sh', '-c', 'echo out; exit 3')
  t.match(run, { exitCode: 3, stdout: /^out$/m, stderr: /r failed: .*git exp log r/ })
  const runAsJson = await exp('run', '-n', 'k', '--json', '--', 'echo', 'out')
  t.match(JSON.parse(runAsJson.stdout), [{ name: 'k', state: 'succeeded', exit_code: 0 }])
  const shown = await exp('show', 'one')
  t.match(shown, { exitCode: 0, stderr: /^$/, stdout: /one.*succeeded/ })
  const stop = await exp('daemon', 'stop')
  t.match(stop, { exitCode: 0, stdout: /^$/, stderr: 'the daemon has ended\n' })
})

t.test('--json of the command is no --json of ours', async (t) => {
  const { repository } = sandbox(t)
  const { exp } = await repository({})
  const refused = await exp('add', '-n', 'a b', '--', 'tool', '--json')
  t.match(refused, { exitCode: 1, stdout: /^$/, stderr: /^git exp: the name/ })
  const added = await exp('add', '-n', 'one', '--', 'true', '--json', '-h', '--', '-n', 'x')
  t.match(added, { exitCode: 0, stdout: /^one\n$/ })
  t.match(JSON.parse((await exp('show', '--json')).stdout), [
    { name: 'one', command: ['true', '--json', '-h', '--', '-n', 'x'] },
  ])
})

t.test('a command that does not exist is refused, and its log says so', async (t) => {
  const { repository } = sandbox(t)
  const { exp, shown, git } = await repository({})
  const run = await exp('run', '-n', 'typo', '--', 'pyhton', 'train.py')
  t.match(run, { exitCode: 125, stderr: /typo refused: .*pyhton/ })
  const [typo] = await shown()
  t.match(typo, {
    state: 'refused',
    reason: { code: 'not-found', text: /pyhton/ },
    exit_code: null,
  })
  const log = await exp('log', 'typo')
  t.match(log, { exitCode: 0, stdout: /pyhton/ })
  t.match(await exp(), { exitCode: 0, stdout: /typo.*refused.*pyhton/ })
  t.equal(await git('for-each-ref', 'refs/exps'), '')
})

t.test('an experiment that is not there is told from one that nearly is', async (t) => {
  const { repository } = sandbox(t)
  const { exp } = await repository({})
  await exp('add', '-n', 'baseline-run', '--', 'true')
  for (const verb of ['log', 'stop', 'wait', 'show']) {
    const near = await exp(verb, 'baseline-rum')
    t.match(near, { exitCode: 1, stdout: /^$/ }, verb)
    t.match(near.stderr, /no experiment “baseline-rum”.*\n {2}did you mean baseline-run\?/)
    t.match(await exp(verb, 'zzz'), { exitCode: 1, stderr: /“zzz”.*\n {2}git exp status/ })
    t.match(await exp(verb, '#99'), { exitCode: 1, stderr: /“#99”/ })
    t.match(await exp(verb, 'nowhere:x'), { exitCode: 1, stderr: /names no commit/ })
  }
  const { stderr } = await exp('show', '--json', 'zzz')
  t.match(JSON.parse(stderr), { error: { code: 'unknown-experiment' } })
  for (const name of ['@last', 'BASELINE-RUN', '1', '#1', 'HEAD:baseline-run']) {
    t.match(await exp('wait', name), { exitCode: 0 }, name)
  }
})

t.test('a command runs in the folder it was typed in', async (t) => {
  const box = sandbox(t)
  const { path, write, shown } = await box.repository({ 'src/deep/a.txt': 'a\n', 'b.txt': '' })
  const cwd = join(path, 'src', 'deep')
  const run = await box.exp(['run', '--', 'sh', '-c', 'pwd; cat a.txt ../../b.txt'], { cwd })
  t.match(run, { exitCode: 0, stdout: /\/src\/deep\na\n/ })
  t.match(await shown(), [{ workdir: 'src/deep' }])
  mkdirSync(join(path, 'new', 'place'), { recursive: true })
  write('new/place/c.txt', 'c\n')
  const untracked = { cwd: join(path, 'new', 'place') }
  t.match(await box.exp(['run', '--', 'cat', 'c.txt'], untracked), { exitCode: 0, stdout: /^c$/m })
})

t.test('add inside a run is refused unless it is meant', async (t) => {
  const { repository } = sandbox(t)
  const { exp, shown } = await repository({})
  const inner = (...args: string[]) => [process.execPath, cliProgram, 'add', ...args, '--', 'true']
  const refused = await exp('run', '-n', 'outer', '--', ...inner())
  t.match(refused, { exitCode: 1, stdout: /inside the run of “outer”\n.*git exp add --nested/ })
  t.strictSame(
    (await shown()).map(({ name }) => name),
    ['outer'],
  )

  const meant = await exp('run', '-n', 'parent', '--', ...inner('--nested', '-n', 'child'))
  t.match(meant, { exitCode: 0, stdout: /^child$/m })
  t.match(await exp('wait', 'child'), { exitCode: 0 }, 'it is queued where the outer one was')
})
