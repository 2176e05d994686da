import { existsSync, renameSync, rmSync } from 'node:fs'
import t from 'tap'
import { identify } from '../../lib/process-identity.ts'
import { findDaemon } from '../../lib/start-daemon.ts'
import { sandbox } from '../fixture/sandbox.ts'
import { until } from '../fixture/until.ts'

t.test(
  'a daemon whose state folder is gone ends, and takes nothing from the next one',
  async (t) => {
    const box = sandbox(t)
    const repo = await box.repository({ a: '1' })
    await repo.exp('run', '--', 'true')
    const first = findDaemon(box.places)
    if (first === null) throw new Error('no daemon')
    // The daemon makes its spool anew while the folder is being emptied.
    while (existsSync(box.places.home)) rmSync(box.places.home, { recursive: true, maxRetries: 5 })

    const ran = await repo.exp('run', '-n', 'next', '--', 'sh', '-c', 'echo once')
    t.equal(ran.exitCode, 0, ran.stderr)
    t.equal(ran.stdout.match(/once/g)?.length, 1)
    await until('the first daemon has ended', () => identify(first.pid) === null)
    // The result of the run before is still in the repository; of it this queue knows nothing.
    const known = (await repo.shown()).filter(({ number }) => number !== null)
    t.strictSame(
      known.map(({ name }) => name),
      ['next'],
    )
  },
)

t.test('a spool that is deleted is made again by the daemon that runs', async (t) => {
  const box = sandbox(t)
  const repo = await box.repository({ a: '1' })
  await repo.exp('run', '--', 'true')
  const first = findDaemon(box.places)
  renameSync(box.places.spool.new, `${box.places.home}/elsewhere`)
  await until('it is there again', () => existsSync(box.places.spool.new))
  const ran = await repo.exp('run', '--', 'true')
  t.equal(ran.exitCode, 0, ran.stderr)
  t.strictSame(findDaemon(box.places), first, 'by the same daemon')
})
