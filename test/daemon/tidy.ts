import {
  existsSync,
  readdirSync,
  readFileSync,
  type statfsSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { isDiskNearlyFull } from '../../daemon/disk-full.ts'
import { packIfMany } from '../../daemon/pack.ts'
import { filesToDrop } from '../../daemon/trim-store.ts'
import { trimPools } from '../../daemon/workplace/pool.ts'
import type { KeptFile } from '../../lib/experiment.ts'
import { runScript } from '../fixture/run-script.ts'
import { sandbox } from '../fixture/sandbox.ts'
import { poolsIn } from '../fixture/slots.ts'
import { until } from '../fixture/until.ts'

t.test('an idle daemon keeps what it may of slots, files and environments', async (t) => {
  const world = sandbox(t)
  await world.config('exp.poolSize', '1')
  await world.config('exp.keepIgnoredTotal', '10')
  const first = await world.repository({ '.gitignore': 'ignored\n' }, 'first')
  const second = await world.repository({ '.gitignore': 'ignored\n' }, 'second')
  const old = await runScript(first, 'echo eight17 >ignored')
  const { sha256 = '' } = old.experiment.kept[0] ?? {}
  const needless = join(world.places.spool.env, '0'.repeat(64))
  writeFileSync(needless, '')
  utimesSync(needless, 1, 1)
  const young = await runScript(second, 'echo eight28 >ignored')
  await until('the older file is dropped', async () => {
    const [shown] = await first.shown()
    return (shown?.kept[0] as KeptFile | undefined)?.dropped === true
  })
  t.match(readFileSync(`${old.experiment.log}`, 'utf8'), /no longer kept.*: ignored$/m)
  t.notOk(existsSync(join(world.places.runs, old.experiment.id, '1/outputs/ignored')))
  t.match(sha256, /^\w{64}$/)
  t.ok(existsSync(join(world.places.store, young.experiment.kept[0]?.sha256 ?? '')))
  await until('one slot is left', () => {
    const pools = poolsIn(world)
    return readdirSync(pools).flatMap((pool) => readdirSync(join(pools, pool))).length === 1
  })
  t.notOk(existsSync(needless))
  t.not(readdirSync(world.places.spool.env).length, 0, 'those of the runs are kept')
  // And the pool is used on.
  t.equal((await runScript(first, 'cat .gitignore')).output, 'ignored\n')
})

t.test('a pool is bounded by what it takes up as well, and by the disk', async (t) => {
  const workplaces = t.testdir({
    pool: Object.fromEntries(
      ['1', '2', '3'].map((slot) => [slot, { work: { 'big.bin': 'x'.repeat(100_000) } }]),
    ),
  })
  for (const slot of [1, 2, 3]) utimesSync(join(workplaces, `pool/${slot}`), slot, slot)
  const left = () => readdirSync(join(workplaces, 'pool')).toSorted()
  const none = new Set<string>()
  await trimPools(workplaces, { bytes: 2 ** 20 }, none)
  t.strictSame(left(), ['1', '2', '3'])
  await trimPools(workplaces, { bytes: 250_000 }, none)
  t.strictSame(left(), ['2', '3'], 'what was used longest ago goes')
  await trimPools(workplaces, { bytes: 0 }, new Set([join(workplaces, 'pool/2')]))
  t.strictSame(left(), ['2'], 'but nothing that is in use')

  const disk = (free: number, all: number) => () => ({ bsize: 1, bavail: free, blocks: all })
  const isNearlyFull = (free: number, all: number) =>
    isDiskNearlyFull(workplaces, disk(free, all) as unknown as typeof statfsSync)
  t.equal(isNearlyFull(2 ** 30, 2 ** 40), false)
  t.equal(isNearlyFull(2 ** 30 - 1, 2 ** 40), true)
  t.equal(isNearlyFull(10_000, 100_000), false, 'a small disk')
  t.equal(isNearlyFull(4_000, 100_000), true)
  t.equal(isDiskNearlyFull(join(workplaces, 'none')), false)
})

t.test('files of the oldest go first, and none that another experiment still has', async (t) => {
  const file = (sha256: string, more: Partial<KeptFile> = {}): KeptFile => ({
    path: sha256,
    sha256,
    bytes: 10,
    ignored: true,
    ...more,
  })
  const result = { path: 'model.pt', sha256: 'r', bytes: 1000 }
  const keepers = [
    { id: '1', attempt: 1, kept: [file('gone', { dropped: true }), result] },
    { id: '2', attempt: 1, kept: [file('a'), file('shared'), result] },
    { id: '3', attempt: 2, kept: [file('b')] },
    { id: '4', attempt: 1, kept: [file('shared')] },
  ]
  t.strictSame(filesToDrop(keepers, 30), [])
  const dropped = { dropped: true as const }
  const second = [file('a', dropped), file('shared', dropped), result]
  t.strictSame(filesToDrop(keepers, 20), [{ id: '2', attempt: 1, kept: second }])
  t.strictSame(
    filesToDrop(keepers, 10).map(({ id }) => id),
    ['2', '3'],
  )
})

t.test('packing takes our loose objects and leaves the user’s as they are', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': 'a\n' })
  const loose = async (): Promise<Set<string>> => {
    const folder = join(repo.path, '.git/objects')
    const names = readdirSync(folder).filter((name) => name.length === 2)
    return new Set(names.flatMap((xx) => readdirSync(join(folder, xx)).map((rest) => xx + rest)))
  }
  repo.write('unreachable.txt', 'mine\n')
  const unreachable = await repo.git('hash-object', '-w', 'unreachable.txt')
  const users = await loose()
  repo.write('unreachable.txt', 'captured\n')
  await repo.git('tag', 'mine', unreachable)
  const { experiment } = await runScript(repo, 'echo made >made.txt')
  t.ok((await loose()).size > users.size)
  const refs = await repo.git('for-each-ref')
  await packIfMany(join(repo.path, '.git'), 10_000)
  t.ok((await loose()).size > users.size, 'few are not worth it')
  await packIfMany(join(repo.path, '.git'), 1)
  t.strictSame(await loose(), users)
  t.equal(readdirSync(join(repo.path, '.git/objects/pack')).length, 2)
  t.equal(await repo.git('for-each-ref'), refs)
  t.notOk(existsSync(join(repo.path, '.git/refs/git-exp/snapshots')))
  t.equal(await repo.git('show', `${experiment.result}:made.txt`), 'made')
  await repo.git('fsck', '--full', '--strict')
  await packIfMany(join(repo.path, '.git'), 1)
  t.equal(readdirSync(join(repo.path, '.git/objects/pack')).length, 2, 'nothing is packed twice')
})
