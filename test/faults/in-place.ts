import t from 'tap'
import { crashDaemon } from '../fixture/daemon-process.ts'
import { gate } from '../fixture/gate.ts'
import { listing } from '../fixture/listing.ts'
import { sandbox } from '../fixture/sandbox.ts'

t.test(
  'a paused run in place keeps its overrides, and is put back when it is stopped',
  async (t) => {
    const world = sandbox(t)
    const repo = await world.repository({ 'params.yaml': 'lr: 0.1\n' })
    const { wait, reached } = gate(world)
    const before = listing(repo.path)
    await repo.exp('add', '--in-place', '-n', 'long', '-S', 'lr=0.5', '-c', `trap '' TERM; ${wait}`)
    await world.config('exp.grace', '100ms')
    await reached()
    t.match(await repo.exp('hold', 'long'), { stderr: 'long is paused\n' })
    await crashDaemon(world)
    await repo.exp('daemon', 'start')
    t.equal(repo.read('params.yaml'), 'lr: 0.5\n')
    t.match((await repo.shown())[0], { state: 'running', paused: true })
    await repo.exp('stop', 'long')
    t.equal((await repo.exp('wait', 'long')).exitCode, 143)
    t.match((await repo.shown())[0], { state: 'stopped', paused: false })
    t.strictSame(listing(repo.path), before)
    t.equal((await repo.exp('run', '--in-place', '--', 'true')).exitCode, 0, 'the next one runs')
  },
)
