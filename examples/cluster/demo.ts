// A cluster on one machine: a broker, a shared remote, two workers, and a sweep that they run.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const checkout = join(import.meta.dirname, '../..')
const scratch = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'git-exp-cluster-')))
const project = join(scratch, 'iris')
const remote = join(scratch, 'shared.git')
const isForeign = (name: string): boolean => /^(GIT|XDG)_/.test(name) && !name.endsWith('_TEST_RUN')
const env: NodeJS.ProcessEnv = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !isForeign(name))),
  PATH: `${join(checkout, 'bin')}:${process.env.PATH}`,
  HOME: join(scratch, 'home'),
  GIT_EXP_HOME: join(scratch, 'state'),
  XDG_CACHE_HOME: join(scratch, 'cache'),
  GIT_CONFIG_GLOBAL: join(scratch, 'home/.gitconfig'),
  GIT_CONFIG_NOSYSTEM: '1',
}

const git = (...args: string[]): void => {
  const shown = args.map((arg) => (/^[\w.,=/:@-]+$/.test(arg) ? arg : `'${arg}'`)).join(' ')
  console.log(`\n$ git ${shown}`)
  const { status } = spawnSync('git', args, { cwd: project, env, stdio: 'inherit' })
  if (status !== 0) throw new Error(`git ${shown} ended with ${status}`)
}

const areWorkersUp = (): boolean => {
  const args = ['exp', 'worker', 'status', '--json']
  const { stdout } = spawnSync('git', args, { cwd: project, env, encoding: 'utf8' })
  return (JSON.parse(stdout) as { state: string }[]).some(({ state }) => state !== 'ended')
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' ? (address?.port ?? 0) : 0))
    })
  })

const startBroker = async (port: number): Promise<ChildProcess> => {
  const folder = join(scratch, 'redis')
  fs.mkdirSync(folder)
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '']
  const broker = spawn('redis-server', args, { stdio: 'ignore' })
  let problem: Error | null = null
  broker.once('error', (error) => {
    problem = error
  })
  const isUp = (): boolean =>
    spawnSync('redis-cli', ['-p', String(port), 'ping'])
      .stdout?.toString()
      .startsWith('PONG')
  for (let tries = 0; !isUp(); tries++) {
    if (problem !== null || tries === 300) {
      throw new Error('redis-server does not start; on Debian: apt install redis-server')
    }
    await sleep(100)
  }
  return broker
}

const makeProject = (): void => {
  for (const folder of ['home', 'iris']) fs.mkdirSync(join(scratch, folder))
  for (const name of ['iris.csv', 'train.mjs', 'params.yaml', 'exp.yaml']) {
    fs.copyFileSync(join(import.meta.dirname, '../iris', name), join(project, name))
  }
  const identity = '[user]\n\tname = Iris\n\temail = iris@example.org\n'
  fs.writeFileSync(join(scratch, 'home/.gitconfig'), `${identity}[init]\n\tdefaultBranch = main\n`)
  git('init', '--quiet')
  git('add', '.')
  git('commit', '--quiet', '-m', 'Tell three species of iris apart')
  git('init', '--quiet', '--bare', remote)
  git('remote', 'add', 'origin', `file://${remote}`)
  git('push', '--quiet', 'origin', 'main')
}

const demonstrate = async (): Promise<void> => {
  const port = await freePort()
  const broker = await startBroker(port)
  try {
    makeProject()
    const key = join(scratch, 'key')
    fs.writeFileSync(key, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600 })
    git('config', '--global', 'exp.broker', `redis://127.0.0.1:${port}/0`)
    git('config', '--global', 'exp.clusterKey', key)
    git('config', '--global', '--add', 'exp.workerRemotes', `file://${remote}`)
    for (const name of ['one', 'two']) git('exp', 'worker', 'start', '--detach', '--name', name)
    const sweep = ['-S', 'lr=0.01,0.1,0.5', '-S', 'model.hidden=2,8', '-n', 'sweep']
    git('exp', 'add', '--celery', ...sweep)
    git('exp', 'wait')
    git('exp', 'show')
    git('exp', 'worker', 'status')
    git('ls-remote', 'origin', 'refs/exps/*')
  } finally {
    git('exp', 'worker', 'stop')
    while (areWorkersUp()) await sleep(100)
    git('exp', 'daemon', 'stop', '--kill')
    broker.kill()
  }
}

try {
  await demonstrate()
} finally {
  fs.rmSync(scratch, { recursive: true, force: true, maxRetries: 3 })
}
