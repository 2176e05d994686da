import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { spooled } from '../../lib/spool.ts'
import { captureIn, enter } from '../fixture/capturing.ts'
import { gate } from '../fixture/gate.ts'
import { cliProgram, type Sandbox, sandbox, type TestRepository } from '../fixture/sandbox.ts'
import { until } from '../fixture/until.ts'

const LONG_AGO = Date.now() - 120_000
const refsOf = async (repo: TestRepository) =>
  (await repo.git('for-each-ref', '--format=%(refname:lstrip=5)', 'refs/git-exp/snapshots'))
    .split('\n')
    .filter((name) => name !== '')

/** A git that stops before `update-ref`, or when `update-ref` has taken all its locks. */
const stoppingGit = (world: Sandbox, at: 'before' | 'prepared') => {
  const { wait, arrivals, reached } = gate(world, `git-${at}`)
  const bin = join(world.folder, `bin-${at}`)
  mkdirSync(bin)
  const git = execFileSync('sh', ['-c', 'command -v git'], { env: world.env }).toString().trim()
  const stop =
    at === 'before'
      ? wait
      : // What it is told, all but the commit, and then nothing more.
        `{ grep -v '^commit$'; ${wait}; } | ${git} "$@"; exit`
  const script = `#!/bin/sh\ncase " $* " in *' update-ref '*) ${stop} ;; esac\nexec ${git} "$@"\n`
  writeFileSync(join(bin, 'git'), script, { mode: 0o755 })
  return { path: `${bin}:${world.env.PATH}`, arrivals, reached }
}

/** Starts `git exp add -n NAME` in a process group of its own and kills all of it at that point. */
const killAdd = async (world: Sandbox, repo: TestRepository, at: 'before' | 'prepared') => {
  const git = stoppingGit(world, at)
  const args = [cliProgram, 'add', '-n', 'mine', '-S', 'lr=1,2,3,4', '--', 'true']
  const child = spawn(process.execPath, args, {
    cwd: repo.path,
    env: { ...world.env, PATH: git.path },
    detached: true,
    stdio: 'ignore',
  })
  await git.reached()
  const locks = () => locksIn(repo)
  if (at === 'prepared') await until('every lock is taken', () => locks().length === 8)
  process.kill(-(child.pid ?? 0), 'SIGKILL')
  await new Promise((resolve) => child.once('close', resolve))
}

const locksIn = (repo: TestRepository): string[] =>
  (readdirSync(join(repo.path, '.git', 'refs'), { recursive: true }) as string[]).filter((name) =>
    name.endsWith('.lock'),
  )

const makeOld = (repo: TestRepository) => {
  for (const name of locksIn(repo)) {
    utimesSync(join(repo.path, '.git', 'refs', name), LONG_AGO / 1000, LONG_AGO / 1000)
  }
}

const addMine = (repo: TestRepository) =>
  repo.exp('add', '-n', 'mine', '-S', 'lr=1,2,3,4', '--', 'true')
const four = ['mine-1', 'mine-2', 'mine-3', 'mine-4']

t.test('killed before its refs, an add leaves nothing that is in the way', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'params.yaml': 'lr: 0\n' })
  await killAdd(world, repo, 'before')
  t.strictSame(await refsOf(repo), [])
  t.strictSame(spooled(world.places), [])
  const again = await addMine(repo)
  t.equal(again.exitCode, 0, again.stderr)
  t.strictSame(again.stdout, four.map((name) => `${name}\n`).join(''))
})

t.test('killed when its refs were locked, an add frees its names after a minute', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'params.yaml': 'lr: 0\n' })
  await killAdd(world, repo, 'prepared')
  t.strictSame(await refsOf(repo), [])
  const soon = await addMine(repo)
  t.equal(soon.exitCode, 1)
  t.match(soon.stderr, /another git is changing refs of these names\n.*a minute old/)
  makeOld(repo)
  const later = await addMine(repo)
  t.equal(later.exitCode, 0, later.stderr)
  t.strictSame((await refsOf(repo)).toSorted(), four)
  t.strictSame(locksIn(repo), [])
})

t.test('killed half-way through its refs, an add frees its names after a minute', async (t) => {
  const world = enter(sandbox(t))
  const repo = await world.repository({ 'params.yaml': 'lr: 0\n' })
  // What a kill in the commit of the transaction leaves: some refs, and the locks of the others.
  for (const name of ['mine-1', 'mine-2']) {
    await captureIn(world, repo.path, { name, nowMs: LONG_AGO })
  }
  const folder = (await repo.git('for-each-ref', '--format=%(refname)', 'refs/git-exp'))
    .split('\n')[0]
    ?.replace(/[^/]+$/, '')
  for (const name of ['mine-3', 'mine-4']) {
    writeFileSync(join(repo.path, '.git', `${folder}${name}.lock`), '')
  }
  makeOld(repo)
  const again = await addMine(repo)
  t.equal(again.exitCode, 0, again.stderr)
  t.strictSame((await refsOf(repo)).toSorted(), four)
  t.strictSame(locksIn(repo), [])
  await until('all have run', async () =>
    (await repo.shown()).every(({ state }) => state === 'succeeded'),
  )
  t.equal((await repo.shown()).length, 4)
})

t.test('killed before its ticket, an add keeps its name a minute and no longer', async (t) => {
  const world = enter(sandbox(t))
  const repo = await world.repository({ 'params.yaml': 'lr: 0\n' })
  await captureIn(world, repo.path, { name: 'fresh' })
  const old = await captureIn(world, repo.path, { name: 'old', nowMs: LONG_AGO })
  t.strictSame(await repo.shown(), [], 'nobody sees what was never queued')
  const fresh = await repo.exp('add', '-n', 'fresh', '--', 'true')
  t.equal(fresh.exitCode, 1)
  t.match(fresh.stderr, /there is an experiment “fresh” under this commit already/)
  const taken = await repo.exp('add', '-n', 'old', '--', 'true')
  t.equal(taken.exitCode, 0, taken.stderr)
  await until('it has run', async () => (await repo.shown())[0]?.state === 'succeeded')
  t.not((await repo.shown())[0]?.snapshot, old.oid)
  t.notOk(existsSync(join(repo.path, '.git', 'index.lock')))
})
