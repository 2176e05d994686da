import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { makeRepository, makeWorld, removeEndedWorlds, type World } from './world.ts'

// So many no-op experiments over so many workers of one machine, through a Redis of its own and a bare
// remote, and what each of them costs the remote. For people: node bench/cluster.ts --jobs 1000 --workers 8
const { values } = parseArgs({
  options: {
    jobs: { type: 'string', default: '1000' },
    workers: { type: 'string', default: '8' },
  },
})
const jobs = Number(values.jobs)
const workers = Number(values.workers)

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' ? (address?.port ?? 0) : 0))
    })
  })

const seconds = async (work: () => Promise<unknown>): Promise<number> => {
  const before = performance.now()
  await work()
  return (performance.now() - before) / 1000
}

const configure = async (world: World, port: number, url: string): Promise<void> => {
  const key = join(world.folder, 'key')
  writeFileSync(key, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600 })
  for (const [name, value] of [
    ['exp.broker', `redis://127.0.0.1:${port}/0`],
    ['exp.clusterKey', key],
    ['exp.workerRemotes', url],
  ] as const) {
    await world.call(world.folder, 'git', 'config', '--global', name, value)
  }
}

const measure = async (world: World, port: number): Promise<void> => {
  const remote = join(world.folder, 'shared.git')
  const path = await makeRepository(world, 20)
  await world.call(path, 'git', 'init', '--quiet', '--bare', remote)
  await world.call(path, 'git', 'remote', 'add', 'origin', `file://${remote}`)
  await world.call(path, 'git', 'push', '--quiet', 'origin', 'HEAD')
  await configure(world, port, `file://${remote}`)
  const git = (...args: string[]) => world.call(remote, 'git', ...args)
  const count = async (under: string): Promise<number> =>
    (await git('for-each-ref', '--format=%(refname)', under)).split('\n').filter(Boolean).length
  const started = await seconds(() =>
    Promise.all(
      Array.from({ length: workers }, (_, n) =>
        world.call(path, 'git', 'exp', 'worker', 'start', '--detach', '--name', `w${n}`),
      ),
    ),
  )
  console.log(`${workers} workers were connected after ${started.toFixed(0)} s`)
  const sweep = ['-S', `n=range(0,${jobs})`, '--', 'true']
  const added = await seconds(() => world.call(path, 'git', 'exp', 'add', '--celery', ...sweep))
  console.log(`git exp add --celery of ${jobs}: ${added.toFixed(1)} s`)
  const ran = await seconds(async () => {
    while ((await count('refs/exps')) < jobs) await sleep(1000)
  })
  console.log(
    `all results published ${ran.toFixed(0)} s later: ${(jobs / ran).toFixed(1)} a second`,
  )
  const waited = await seconds(() => world.call(path, 'git', 'exp', 'wait'))
  console.log(`all recorded where they were queued ${waited.toFixed(1)} s later`)
  const refs = await count('refs/git-exp')
  const listing = Buffer.byteLength(await git('ls-remote', remote))
  await git('gc', '--quiet')
  const [, kilobytes = ''] = /size-pack: (\d+)/.exec(await git('count-objects', '-v')) ?? []
  console.log(
    `a job leaves ${((refs + jobs) / jobs).toFixed(2)} refs, ${(listing / jobs).toFixed(0)} bytes of a ` +
      `listing of the remote, and ${((Number(kilobytes) * 1024) / jobs).toFixed(0)} bytes of packed objects`,
  )
  const shown = JSON.parse(await world.call(path, 'git', 'exp', 'show', '--json')) as {
    state: string
    attempt: number
  }[]
  const good = shown.filter(({ state, attempt }) => state === 'succeeded' && attempt === 1)
  console.log(`${good.length} of ${jobs} succeeded at the first attempt`)
}

const world = makeWorld()
const port = await freePort()
mkdirSync(join(world.folder, 'redis'))
const broker = spawn(
  'redis-server',
  `--port ${port} --bind 127.0.0.1 --save  --appendonly yes --dir ${world.folder}/redis`.split(' '),
  { stdio: 'ignore' },
)
try {
  await measure(world, port)
} finally {
  await world.call(world.folder, 'git', 'exp', 'worker', 'stop')
  while (
    /"state":"(?!ended)/.test(
      await world.call(world.folder, 'git', 'exp', 'worker', 'status', '--json'),
    )
  ) {
    await sleep(100)
  }
  await world.end()
  removeEndedWorlds()
  broker.kill('SIGKILL')
}
