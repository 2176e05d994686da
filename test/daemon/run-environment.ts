import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { Job } from '../../daemon/job.ts'
import { runEnvironment } from '../../daemon/run-environment.ts'
import { parseSpec } from '../../lib/spec/spec.ts'
import { gate } from '../fixture/gate.ts'
import { runScript } from '../fixture/run-script.ts'
import { type Sandbox, sandbox, type TestRepository } from '../fixture/sandbox.ts'

/** The environment of a run that was queued from a shell with these variables beside the usual. */
const environmentOf = async (
  world: Sandbox,
  { path }: Pick<TestRepository, 'path'>,
  env: Record<string, string>,
  cwd = path,
): Promise<Record<string, string>> => {
  const exp = (...args: string[]) => world.exp(args, { cwd, env })
  const { output, log } = await runScript({ exp }, 'env -0 | tr "\\n\\0" "\\001\\n"')
  if (!output.includes('GIT_EXP_ID=')) throw new Error(log)
  const lines = output.split('\n').slice(0, -1)
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.indexOf('=')
      return [line.slice(0, at), line.slice(at + 1).replaceAll('\x01', '\n')]
    }),
  )
}

t.test('a run has the variables of the shell that queued it', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': 'a\n' })
  // The daemon is another shell's child.
  await world.exp(['daemon', 'start'], { env: { FROM: 'the daemon’s shell', DAEMON_ONLY: 'x' } })
  const odd = 'two\nlines = "quoted" $HOME ümlaut'
  const env = await environmentOf(world, repo, { FROM: 'the queuing shell', ODD: odd, EMPTY: '' })
  t.equal(env.FROM, 'the queuing shell')
  t.equal(env.ODD, odd)
  t.equal(env.EMPTY, '')
  t.equal(env.DAEMON_ONLY, undefined)
  t.equal(env.HOME, world.env.HOME)
})

t.test('of two experiments each has its own environment, also under a later daemon', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': 'a\n' })
  const { wait, reached, open } = gate(world)
  await repo.exp('add', '-n', 'first', '-c', wait)
  await reached()
  const add = (name: string) =>
    world.exp(['add', '-n', name, '-c', `echo "$WHO"`], { cwd: repo.path, env: { WHO: name } })
  await add('second')
  await add('third')
  await repo.exp('daemon', 'restart')
  open()
  await repo.exp('wait')
  for (const name of ['second', 'third']) {
    t.match((await repo.exp('log', name)).stdout, new RegExp(`^${name}$`, 'm'))
  }
})

t.test('what points git at a repository is not in a run, and how git connects is', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'sub/a.txt': 'a\n' })
  const removed = {
    GIT_DIR: join(repo.path, '.git'),
    GIT_WORK_TREE: repo.path,
    GIT_PREFIX: 'sub/',
    GIT_EDITOR: 'vi',
    GIT_REFLOG_ACTION: 'commit',
    GIT_AUTHOR_NAME: 'Somebody',
    GIT_COMMITTER_DATE: '2020-01-01T00:00:00Z',
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'user.name',
    GIT_CONFIG_VALUE_0: 'Somebody',
    GIT_CONFIG_PARAMETERS: "'a.b'='c'",
    GIT_OPTIONAL_LOCKS: '0',
  }
  const kept = { GIT_SSH_COMMAND: 'ssh -v', GIT_ASKPASS: 'askpass', GIT_TRACE2: '0' }
  const env = await environmentOf(world, repo, { ...removed, ...kept })
  const locals = await repo.git('rev-parse', '--local-env-vars')
  for (const name of [...Object.keys(removed), ...locals.split('\n')]) {
    if (name !== 'GIT_OPTIONAL_LOCKS') t.equal(env[name], undefined, name)
  }
  for (const [name, value] of Object.entries(kept)) t.equal(env[name], value, name)
})

t.test('a run is told what it is, and has no input', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({
    'sub/a.txt': 'a\n',
    'exp.yaml': 'env: {THREADS: "4", PYTHONUNBUFFERED: ""}\n',
  })
  const script =
    'env | grep -E "^(GIT_EXP_[A-Z]+|DVC_EXP_.*|THREADS|PYTHONUNBUFFERED|PWD)=" | sort; wc -c; pwd'
  const { experiment, output } = await runScript(repo, script, '-n', 'told')
  const head = await repo.git('rev-parse', 'HEAD')
  const place = output.split('\n').at(-2)
  t.strictSame(output.split('\n').slice(0, -1), [
    `DVC_EXP_BASELINE_REV=${head}`,
    'DVC_EXP_NAME=told',
    'GIT_EXP_ATTEMPT=1',
    `GIT_EXP_BASELINE=${head}`,
    `GIT_EXP_HOME=${world.places.home}`,
    `GIT_EXP_ID=${experiment.id}`,
    'GIT_EXP_NAME=told',
    'GIT_EXP_SLOT=1',
    `GIT_EXP_WORKSPACE=${repo.path}`,
    `PWD=${place}`,
    'PYTHONUNBUFFERED=',
    'THREADS=4',
    '0',
    `${place}`,
  ])
  const env = await environmentOf(world, await world.repository({}, 'plain'), {})
  t.equal(env.PYTHONUNBUFFERED, '1')
})

t.test('variables that name the workspace name the workplace in the run', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'src/a.py': 'a\n', '.gitignore': '.venv\nlocal\n' })
  const ws = repo.path
  for (const path of ['.venv/bin/tool', 'local/bin/tool']) repo.write(path, 'x\n')
  mkdirSync(`${ws}-other/src`, { recursive: true })
  const env = await environmentOf(world, repo, {
    PATH: `${ws}/.venv/bin:${ws}/local/bin:${ws}/src:${world.env.PATH}`,
    VIRTUAL_ENV: `${ws}/.venv`,
    PYTHONPATH: `${ws}/src:${ws}:/usr/lib/${ws}:${ws}-other/src`,
    OPTIONS: `--root=${ws} --src "${ws}/src",${ws}/new`,
    URL: `file://${ws}/src`,
    OLDPWD: `${ws}/src`,
  })
  const place = `${env.PWD}`
  t.not(place, ws)
  // What is linked, and what the snapshot does not have, stays where it is.
  t.equal(env.PATH, `${ws}/.venv/bin:${ws}/local/bin:${place}/src:${world.env.PATH}`)
  t.equal(env.VIRTUAL_ENV, `${ws}/.venv`)
  t.equal(env.PYTHONPATH, `${place}/src:${place}:/usr/lib/${ws}:${ws}-other/src`)
  t.equal(env.OPTIONS, `--root=${place} --src "${place}/src",${place}/new`)
  t.equal(env.OLDPWD, `${ws}/src`)
})

t.test('a workspace reached through a link is known by that name too', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'src/a.py': 'a\n', '.gitignore': '.venv\n' })
  repo.write('.venv/bin/tool', 'x\n')
  const link = join(world.folder, 'link')
  symlinkSync(repo.path, link)
  const variables = { PYTHONPATH: `${link}/src:${repo.path}`, VIRTUAL_ENV: `${link}/.venv` }
  for (const folder of ['', '/src']) {
    const env = await environmentOf(
      world,
      repo,
      { ...variables, PWD: `${link}${folder}` },
      `${repo.path}${folder}`,
    )
    const place = `${env.PWD}`.slice(0, `${env.PWD}`.length - folder.length)
    t.equal(env.PYTHONPATH, `${place}/src:${place}`)
    t.equal(env.VIRTUAL_ENV, `${link}/.venv`)
  }
})

t.test('a hook that could not tell the workspace has nothing rewritten', async (t) => {
  const job: Job = {
    number: 1,
    id: 'id',
    name: 'name',
    baseline: 'baseline',
    branch: null,
    snapshot: 'snapshot',
    commonDir: '/repository/.git',
    worktree: null,
    executor: 'temp-dir',
    workdir: '',
    spec: parseSpec('{"command": "true"}'),
    env: null,
    keep: false,
    attempt: 2,
    retriesUsed: 0,
    slot: 3,
    gpus: [0, 2],
    stopAsked: false,
  }
  const folders = { workspace: null, workplace: '/workplace', layers: null, linked: [] }
  const env = runEnvironment({ A: '/repository/src' }, job, folders)
  t.match(env, { A: '/repository/src', GIT_EXP_WORKSPACE: '', GIT_EXP_ATTEMPT: '2' })
  t.match(env, { CUDA_VISIBLE_DEVICES: '0,2', HIP_VISIBLE_DEVICES: '0,2', ZE_AFFINITY_MASK: '0,2' })
  const none = runEnvironment({ CUDA_VISIBLE_DEVICES: '5' }, { ...job, gpus: [] }, folders)
  t.match(none, { CUDA_VISIBLE_DEVICES: '-1', HIP_VISIBLE_DEVICES: '-1' })
  const left = runEnvironment({ CUDA_VISIBLE_DEVICES: '5' }, { ...job, gpus: null }, folders)
  t.match(left, { CUDA_VISIBLE_DEVICES: '5', HIP_VISIBLE_DEVICES: undefined })
})
