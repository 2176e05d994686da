import fs from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { spooled } from '../../lib/spool.ts'
import { known } from '../fixture/known.ts'
import { sandbox } from '../fixture/sandbox.ts'
import { until } from '../fixture/until.ts'

t.test('two hundred adds, twenty at a time, are each accepted once and run in order', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': '1\n' })
  const stop = join(world.folder, 'stop')
  await repo.exp('add', '-n', 'blocker', '-c', `until [ -e '${stop}' ]; do sleep 0.05; done`)
  const left = Array.from({ length: 200 }, (_, i) => `add-${i}`)
  const failed: string[] = []
  const adder = async (): Promise<void> => {
    for (let name = left.pop(); name !== undefined; name = left.pop()) {
      const { exitCode, stdout, stderr } = await repo.exp('add', '-n', name, '--', 'true')
      if (exitCode !== 0 || stdout !== `${name}\n`) failed.push(`${name}: ${stderr}`)
    }
  }
  await Promise.all(Array.from({ length: 20 }, adder))
  t.strictSame(failed, [])
  // A ticket leaves the spool only after its rows can be read.
  await until('all are taken in', () => spooled(world.places).length === 0)
  t.strictSame(fs.readdirSync(world.places.spool.bad), [])
  const all = known(world)
  t.strictSame(
    all.map(({ number }) => number),
    Array.from({ length: 201 }, (_, i) => i + 1),
  )
  t.equal(new Set(all.map(({ name }) => name)).size, 201)
  const receipts = all.map(({ id }) => fs.existsSync(join(world.places.runs, id, 'ticket')))
  t.ok(receipts.every(Boolean), 'each ticket lies with its run')
  const refs = await repo.git('for-each-ref', '--format=%(objectname)', 'refs/git-exp/snapshots')
  t.strictSame(refs.split('\n').toSorted(), all.map(({ snapshot }) => snapshot).toSorted())
  fs.writeFileSync(stop, '')
  await until('some have run', () => known(world)[5]?.state.is === 'succeeded')
  const states = known(world).map(({ state }) => state.is)
  t.ok(states.lastIndexOf('succeeded') < states.indexOf('queued'), 'none before its turn')
})
