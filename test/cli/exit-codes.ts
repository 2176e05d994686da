import { dirname, join } from 'node:path'
import { execa } from 'execa'
import t from 'tap'
import { cliProgram, sandbox } from '../fixture/sandbox.ts'
import { until } from '../fixture/until.ts'

t.test('run exits as its command did', async (t) => {
  const { repository } = sandbox(t)
  const { exp } = await repository({})
  for (const [args, code] of [
    [['--', 'true'], 0],
    [['--', 'false'], 1],
    [['--', 'sh', '-c', 'exit 7'], 7],
    [['-c', 'exit 129'], 129],
    [['--', 'sh', '-c', 'exit 255'], 255],
    [['--', 'sh', '-c', 'kill -9 $$'], 137],
    [['--', 'sh', '-c', 'kill -TERM $$'], 143],
    [['--timeout=1s', '--', 'sleep', '1000'], 124],
    [['--', 'no-such-command'], 125],
    [['--setup', 'exit 3', '--', 'true'], 3],
  ] as const) {
    const { exitCode, stderr } = await exp('run', ...args)
    t.equal(exitCode, code, `${args.join(' ')}: ${stderr}`)
  }
})

t.test(
  'wait exits as the one that is named did, and with 1 if one of several failed',
  async (t) => {
    const { repository } = sandbox(t)
    const { exp } = await repository({})
    await exp('add', '-n', 'good', '--', 'true')
    await exp('add', '-n', 'better', '--', 'true')
    await exp('add', '-n', 'bad', '--', 'sh', '-c', 'exit 9')
    t.equal((await exp('wait', 'bad')).exitCode, 9)
    t.equal((await exp('wait', 'good')).exitCode, 0)
    t.equal((await exp('wait', 'good', 'better')).exitCode, 0)
    t.equal((await exp('wait', 'good', 'bad')).exitCode, 1)
    t.equal((await exp('wait')).exitCode, 0, 'there is nothing to wait for')
  },
)

t.test('run of a sweep exits with 1 if one of them failed', async (t) => {
  const { repository } = sandbox(t)
  const { exp } = await repository({ 'params.yaml': 'code: 0\n' })
  const command = ['--', 'sh', '-c', 'exit "$(sed "s/code: //" params.yaml)"']
  t.equal((await exp('run', '-S', 'code=0,5', ...command)).exitCode, 1)
  t.equal((await exp('run', '-S', 'code=5', ...command)).exitCode, 5)
})

t.test('what was stopped exits with 143, and ^C of run with 130', async (t) => {
  const { repository, env } = sandbox(t)
  const { exp, path, shown } = await repository({})
  const begin = (name: string) =>
    execa(process.execPath, [cliProgram, 'run', '-n', name, '--', 'sleep', '1000'], {
      cwd: path,
      env,
      extendEnv: false,
      reject: false,
    })
  const isRunning = async (name: string) =>
    (await shown()).some((one) => one.name === name && one.phase === 'running')

  const stopped = begin('stopped')
  await until('it runs', () => isRunning('stopped'))
  t.match(await exp('stop', 'stopped'), { exitCode: 0, stdout: /^$/, stderr: 'stopping stopped\n' })
  t.equal((await stopped).exitCode, 143)

  const other = await exp('add', '-n', 'other', '--', 'sleep', '1000')
  t.equal(other.exitCode, 0)
  await until('it runs', () => isRunning('other'))
  const restarted = await exp('daemon', 'restart', '-j', '2')
  t.equal(restarted.exitCode, 0, restarted.stderr)
  const interrupted = begin('interrupted')
  await until('it runs', () => isRunning('interrupted'))
  interrupted.kill('SIGINT')
  t.equal((await interrupted).exitCode, 130)
  const states = Object.fromEntries((await shown()).map(({ name, state }) => [name, state]))
  t.strictSame(states, { stopped: 'stopped', other: 'running', interrupted: 'stopped' })
})

t.test('a wrong call exits with 129 and points to the help', async (t) => {
  const { repository } = sandbox(t)
  const { exp } = await repository({})
  for (const [args, words] of [
    [['unknown-verb'], /unknown command 'unknown-verb'/],
    [['shwo'], /Did you mean show\?/],
    [['add', '--unknown'], /unknown option '--unknown'/],
    [['--unknown'], /unknown option '--unknown'/],
    [['add', '--name'], /argument missing/],
    [['stop'], /missing required argument/],
    [['status', 'one'], /too many arguments/],
    [['daemon', 'start', '-j', 'many'], /whole number/],
    [['hooks', 'unknown'], /unknown command/],
  ] as const) {
    const call = await exp(...args)
    t.match(call, { exitCode: 129, stdout: /^$/ }, args.join(' '))
    t.match(call.stderr, words)
  }
  for (const args of [
    ['show', '--unknown', '--json'],
    ['unknown-verb', '--json'],
    ['stop', '--json'],
  ]) {
    const { exitCode, stdout, stderr } = await exp(...args)
    t.match({ exitCode, stdout }, { exitCode: 129, stdout: /^$/ })
    t.match(JSON.parse(stderr), { error: { code: 'usage', message: String, hint: String } })
  }
})

t.test('git exp is found by git, also from a sub-directory', async (t) => {
  const { repository, run, env } = sandbox(t)
  const { path } = await repository({ 'src/a.txt': 'a\n' })
  const bin = join(dirname(cliProgram), '..', '..', 'bin')
  const options = { cwd: join(path, 'src'), env: { PATH: `${bin}:${env.PATH}` } }
  t.match(await run('git', ['exp', '-h'], options), { exitCode: 0, stdout: 'Usage: git exp ' })
  const ran = await run('git', ['exp', 'run', '--', 'cat', 'a.txt'], options)
  t.match(ran, { exitCode: 0, stdout: /^a$/m })
  t.match(await run('git', ['exp', 'unknown'], options), { exitCode: 129, stdout: /^$/ })
})

t.test('the help of everything is data and exits with 0', async (t) => {
  const { exp } = sandbox(t)
  const { exitCode, stdout, stderr } = await exp(['-h'])
  t.match({ exitCode, stderr }, { exitCode: 0, stderr: /^$/ })
  const verbs = [...stdout.matchAll(/^ {2}([a-z]+)[| ]/gm)].map(([, verb = '']) => verb)
  for (const verb of ['add', 'run', 'status', 'show', 'log', 'wait', 'stop', 'daemon', 'hooks']) {
    t.ok(verbs.includes(verb), verb)
  }
  for (const verb of verbs.filter((own) => own !== 'git' && own !== 'help')) {
    const help = await exp([verb, '-h'])
    t.match(help, { exitCode: 0, stderr: /^$/, stdout: `Usage: git exp ${verb}` }, verb)
  }
  t.match(await exp(['--version']), { exitCode: 0, stdout: /^\d+\.\d+\.\d+\n$/, stderr: /^$/ })
})
