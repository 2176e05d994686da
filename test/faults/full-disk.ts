import fs from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { isEnvironmentName } from '../../lib/environment.ts'
import { places } from '../../lib/places.ts'
import { findDaemon } from '../../lib/start-daemon.ts'
import { type Sandbox, sandbox, type TestRepository } from '../fixture/sandbox.ts'
import { until } from '../fixture/until.ts'

const disk = process.env.GIT_EXP_TEST_SMALL_DISK
const skip = disk === undefined && 'there is no small disk: only root can mount one'

/** A world whose state folder, and nothing else, is on the small disk. */
const world = async (t: Parameters<typeof sandbox>[0], more: Record<string, string> = {}) => {
  const own = sandbox(t)
  const folder = fs.mkdtempSync(join(disk ?? '', 'state-'))
  const home = join(folder, 'home')
  const ballast = join(folder, 'ballast')
  const env = { GIT_EXP_HOME: home, ...more }
  t.teardown(async () => {
    fs.rmSync(ballast, { force: true })
    await own.exp(['daemon', 'stop', '--kill'], { env })
    fs.rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  })
  const repo = await own.repository({ 'a.txt': '1\n' })
  const exp = (...args: string[]) => own.exp(args, { cwd: repo.path, env })
  return { repo, exp, ballast, places: places(env) }
}

/** Writes until not one more byte goes on the disk. */
const fill = (file: string): void => {
  const fd = fs.openSync(file, 'a')
  try {
    for (const size of [65_536, 4096, 1]) {
      try {
        for (;;) fs.writeSync(fd, Buffer.alloc(size))
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
      }
    }
  } finally {
    fs.closeSync(fd)
  }
}

const refs = (repo: TestRepository) => repo.git('for-each-ref', 'refs/git-exp', 'refs/exps')

const filesIn = ({ spool, scratch }: Sandbox['places']) =>
  [spool.tmp, spool.new, spool.bad, spool.env, scratch].flatMap((folder) =>
    fs.existsSync(folder) ? fs.readdirSync(folder) : [],
  )

t.test(
  'on a full disk add queues nothing, and works again when there is room',
  { skip },
  async (t) => {
    const { repo, exp, ballast, places } = await world(t)
    // The folders are there, and no daemon.
    t.equal((await exp('status')).exitCode, 0)
    fill(ballast)
    const { exitCode, stdout, stderr } = await exp('add', '-n', 'mine', '--', 'true')
    t.equal(exitCode, 1, stderr)
    t.equal(stdout, '')
    t.match(stderr, /^git exp: .*(disk|space)/)
    t.notMatch(stderr, /fault of git exp|\n {4}at /)
    t.strictSame(filesIn(places), [])
    t.equal(await refs(repo), '')
    t.equal(await repo.git('status', '--porcelain'), '')
    fs.rmSync(ballast)
    const again = await exp('run', '-n', 'mine', '--', 'true')
    t.equal(again.exitCode, 0, again.stderr)
  },
)

t.test('a disk that fills up between snapshot and ticket leaves neither', { skip }, async (t) => {
  const { repo, exp, ballast, places } = await world(t, { BULKY: 'x'.repeat(20_000) })
  t.equal((await exp('status')).exitCode, 0)
  const said: string[] = []
  for (let pages = 1; pages < 12 && !/nothing was queued/.test(said.at(-1) ?? ''); pages++) {
    fill(ballast)
    fs.truncateSync(ballast, fs.statSync(ballast).size - pages * 4096)
    const { exitCode, stderr } = await exp('add', '-n', 'mine', '--', 'true')
    said.push(stderr)
    t.equal(exitCode, 1, stderr)
    t.notMatch(stderr, /fault of git exp/)
    t.strictSame(
      filesIn(places).filter((name) => !isEnvironmentName(name)),
      [],
    )
    t.equal(await refs(repo), '', `with ${pages} pages left`)
  }
  t.match(said.at(-1), /nothing was queued\n {2}make room/, said.join(''))
})

t.test('on a disk that was never large enough nothing begins', { skip }, async (t) => {
  const { repo, exp, ballast } = await world(t)
  fill(ballast)
  const { exitCode, stdout, stderr } = await exp('add', '--', 'true')
  t.equal(exitCode, 1, stderr)
  t.equal(stdout, '')
  t.match(stderr, /^git exp: the state folder .* cannot be used: .*no space/)
  t.notMatch(stderr, /\n {4}at /)
  t.equal(await refs(repo), '')
})

t.test('a disk that fills up under the daemon loses nothing', { skip }, async (t) => {
  const { repo, exp, ballast, places } = await world(t)
  t.equal((await exp('run', '-n', 'first', '--', 'true')).exitCode, 0)
  const before = filesIn(places)
  const refsBefore = await refs(repo)
  fill(ballast)
  const failed = await exp('add', '-n', 'second', '--', 'false')
  t.equal(failed.exitCode, 1, failed.stderr)
  t.match(failed.stderr, /^git exp: .*(disk|space)/)
  t.notMatch(failed.stderr, /fault of git exp|\n {4}at /)
  t.strictSame(filesIn(places), before)
  t.equal(await refs(repo), refsBefore)
  const status = await exp('status')
  t.equal(status.exitCode, 0, status.stderr)
  t.match(status.stdout, /first +succeeded/)
  fs.rmSync(ballast)
  t.equal((await exp('run', '-n', 'second', '--', 'true')).exitCode, 0)
  await until('both have ended', async () => /2 succeeded/.test((await exp('status')).stdout))
})

t.test(
  'a run goes on while the disk is full, and its outcome waits for room',
  { skip },
  async (t) => {
    const { repo, exp, ballast, places } = await world(t)
    const folder = join(repo.path, '..')
    const script = `touch '${folder}/begun'; until [ -e '${folder}/full' ]; do sleep 0.01; done; seq 1 2000
    touch '${folder}/printed'; until [ -e '${folder}/room' ]; do sleep 0.01; done; echo last`
    await exp('add', '-n', 'mine', '-c', script)
    await until('it runs', () => fs.existsSync(join(folder, 'begun')))
    fill(ballast)
    fs.writeFileSync(join(folder, 'full'), '')
    await until('it has printed', () => fs.existsSync(join(folder, 'printed')))
    fs.rmSync(ballast)
    fs.writeFileSync(join(folder, 'room'), '')
    t.equal((await exp('wait', 'mine')).exitCode, 0)
    const { stdout } = await exp('log', 'mine')
    t.match(stdout, /\[git exp\] here \d+ bytes were lost: the disk was full\nlast\n/)
    t.ok(fs.existsSync(places.database))
  },
)

t.test(
  'a run that found the disk full before it began runs when there is room',
  { skip },
  async (t) => {
    const { repo, exp, ballast, places } = await world(t)
    const folder = join(repo.path, '..')
    const filter = `sh -c "touch '${folder}/begun'; until [ -e '${folder}/full' ]; do sleep 0.01; done; cat"`
    await repo.git('config', 'filter.slow.smudge', filter)
    fs.appendFileSync(join(repo.path, '.git/info/attributes'), 'a.txt filter=slow\n')
    await exp('add', '-n', 'mine', '-c', `echo x >>'${folder}/ran'`)
    await until('its files are laid out', () => fs.existsSync(join(folder, 'begun')))
    const id = fs.readdirSync(places.runs).find((name) => name !== '.numbers')
    const file = join(places.runs, `${id}`, '1/supervisor')
    await until('its supervisor waits for orders', () => fs.existsSync(file))
    fill(ballast)
    fs.writeFileSync(join(folder, 'full'), '')
    // The last page of the daemon's log has room for a line more.
    const said = () => fs.readFileSync(places.daemonLog, 'utf8')
    await until('the daemon has met the full disk', () => said().includes('ENOSPC'))
    fs.rmSync(ballast)
    // The minute's look, now.
    process.kill(findDaemon(places)?.pid ?? 0, 'SIGHUP')
    t.equal((await exp('wait', 'mine')).exitCode, 0)
    t.equal(fs.readFileSync(join(folder, 'ran'), 'utf8'), 'x\n')
  },
)
