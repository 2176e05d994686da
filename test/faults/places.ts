import { renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { Experiment } from '../../lib/experiment.ts'
import { openHistory } from '../../lib/history.ts'
import { gate } from '../fixture/gate.ts'
import { listing } from '../fixture/listing.ts'
import { type Sandbox, sandbox } from '../fixture/sandbox.ts'
import { until } from '../fixture/until.ts'

/** The one experiment that there is, asked for from a repository that is still there. */
const rowOf = (world: Sandbox, id: string): Experiment | null => {
  const history = openHistory(world.places)
  try {
    return history?.byId(id) ?? null
  } finally {
    history?.close()
  }
}

const idOf = ({ stdout }: { stdout: string }): string => JSON.parse(stdout)[0].id

t.test('a run whose slot is deleted meanwhile has its outcome', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': 'a\n' })
  const { wait, reached, open } = gate(world)
  await repo.exp('add', '-n', 'bereft', '-c', `${wait}; exit 3`)
  await reached()
  rmSync(join(world.folder, 'cache'), { recursive: true })
  open()
  t.equal((await repo.exp('wait', 'bereft')).exitCode, 3)
  t.match((await repo.exp('log', 'bereft')).stdout, /the folder it ran in is gone/)
  t.match((await repo.shown())[0], { state: 'failed', exit_code: 3, result: /^[0-9a-f]{40}$/ })
  t.equal((await repo.exp('run', '--', 'true')).exitCode, 0, 'the slot is made anew')
})

t.test('what is queued of a repository that is gone fails, and others go on', async (t) => {
  const world = sandbox(t)
  const gone = await world.repository({ 'a.txt': 'a\n' }, 'gone')
  const other = await world.repository({ 'a.txt': 'a\n' }, 'other')
  const { wait, reached, open } = gate(world)
  const running = idOf(await gone.exp('add', '--json', '-c', `echo made >made.txt; ${wait}`))
  await reached()
  const queued = idOf(await gone.exp('add', '--json', '--', 'true'))
  const next = idOf(await other.exp('add', '--json', '--', 'true'))
  await until('all are taken in', () => rowOf(world, next) !== null)
  const before = listing(gone.path)
  renameSync(gone.path, `${gone.path}-moved`)
  open()
  t.equal((await other.exp('wait', next)).exitCode, 0)
  await until('both have ended', () => rowOf(world, queued)?.state.is === 'refused')
  const lost = rowOf(world, running)
  t.match(lost?.state, { is: 'lost', reason: { text: /is gone; the files that it left are in/ } })
  t.equal(listing(`${lost?.workplace}`)['made.txt'], 'file made\n')
  t.match(rowOf(world, queued), { state: { reason: { code: 'missing-object' } } })
  renameSync(`${gone.path}-moved`, gone.path)
  t.strictSame(listing(gone.path), before)
  t.equal((await gone.exp('retry', queued)).exitCode, 0)
  t.equal((await gone.exp('wait', queued)).exitCode, 0, 'when it is back, it runs')
})

t.test('of a repository that is read-only nothing runs, and what ran is kept', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': 'a\n' })
  const { wait, reached, open } = gate(world)
  await repo.exp('add', '-n', 'ran', '-c', `echo made >made.txt; ${wait}`)
  await reached()
  await repo.exp('add', '-n', 'waits', '--', 'true')
  const chmod = (mode: string) => world.run('chmod', ['-R', mode, join(repo.path, '.git')])
  await chmod('a-w')
  t.teardown(async () => {
    await chmod('u+w')
  })
  open()
  t.equal((await repo.exp('wait', 'waits')).exitCode, 125)
  const [waits, ran] = await repo.shown()
  t.match(waits, { state: 'refused', reason: { code: 'disk', text: /cannot be written/ } })
  t.match(ran, { state: 'lost', reason: { code: 'disk' }, exit_code: 0 })
  t.equal(listing(`${ran?.workplace}`)['made.txt'], 'file made\n')
  await chmod('u+w')
  await repo.exp('retry', 'waits')
  t.equal((await repo.exp('wait', 'waits')).exitCode, 0)
})
