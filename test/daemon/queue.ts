import t from 'tap'
import { openDatabase } from '../../daemon/database.ts'
import { openQueue } from '../../daemon/queue.ts'
import { endedWithoutRun } from '../../daemon/without-run.ts'
import { arrival, claimed, roomy, success, testQueue } from '../fixture/queue.ts'

const stopAt = (now: number) => endedWithoutRun(null, now, 'git exp stop')

const stateOf = (db: ReturnType<typeof testQueue>['db'], name: string) =>
  db.prepare('select * from experiment where name = ?').get(name) as Record<string, unknown>

t.test('the best priority is claimed first, and the oldest of those', async (t) => {
  const { queue } = testQueue(t)
  for (const [name, priority] of [
    ['low', -100],
    ['first', 0],
    ['second', 0],
    ['high', 100],
    ['also-high', 100],
  ] as const) {
    queue.add(arrival(name, { priority }))
  }
  const order = Array.from({ length: 5 }, () => claimed(queue).name)
  t.strictSame(order, ['high', 'also-high', 'first', 'second', 'low'])
  t.equal(queue.claim(1, roomy), null)
})

t.test('a claim gives the lowest slot that is free in its repository', async (t) => {
  const { queue } = testQueue(t)
  for (const name of ['a', 'b', 'c', 'd']) queue.add(arrival(name))
  const [a, b, c] = [claimed(queue), claimed(queue), claimed(queue)]
  t.strictSame([a.slot, b.slot, c.slot], [1, 2, 3])
  t.ok(queue.finish(b, success()))
  t.equal(claimed(queue).slot, 2)
  queue.add(arrival('elsewhere', { commonDir: '/other/.git' }))
  t.equal(claimed(queue).slot, 1, 'of another repository')
})

t.test('a claim carries all that its run needs', async (t) => {
  const { queue } = testQueue(t)
  const own = arrival('mine', { env: 'e'.repeat(64), keep: true }, { workdir: 'sub', branch: null })
  queue.add(own)
  t.strictSame(claimed(queue), {
    number: 1,
    id: own.facts.id,
    name: 'mine',
    baseline: own.facts.baseline,
    branch: null,
    snapshot: own.snapshot,
    commonDir: own.commonDir,
    worktree: own.worktree,
    executor: 'temp-dir',
    workdir: 'sub',
    spec: own.spec,
    env: 'e'.repeat(64),
    keep: true,
    attempt: 1,
    retriesUsed: 0,
    slot: 1,
    gpus: null,
    stopAsked: false,
  })
})

t.test('an outcome is recorded once, by whoever holds the claim', async (t) => {
  const { db, queue } = testQueue(t)
  queue.add(arrival('mine'))
  const job = claimed(queue)
  t.notOk(queue.finish({ ...job, attempt: 2 }, success()), 'of an attempt that never was')
  t.ok(queue.finish(job, success()))
  const before = stateOf(db, 'mine')
  const failure = success({
    ...{ state: 'failed', exitCode: 1, result: null, endedAt: 9000 },
    reason: { code: 'exit', text: 'exited with 1' },
  })
  t.notOk(queue.finish(job, failure))
  t.strictSame(stateOf(db, 'mine'), before)
  t.equal(before.state, 'succeeded')
  t.match(db.prepare('select state, ended_at from run').all(), [
    { state: 'succeeded', ended_at: 2000 },
  ])
})

t.test('a claim that was taken back can no longer be finished', async (t) => {
  const { db, queue } = testQueue(t)
  queue.add(arrival('mine'))
  const job = claimed(queue)
  queue.requeue(job)
  t.match(stateOf(db, 'mine'), { state: 'queued', phase: null, attempt: 0 })
  t.notOk(queue.finish(job, success()))
  t.match(stateOf(db, 'mine'), { state: 'queued', result: null })
  t.equal(db.prepare('select count(*) from run').pluck().get(), 0)
  queue.requeue(job)
  t.match(stateOf(db, 'mine'), { attempt: 0 }, 'taken back once only')
})

t.test('an ended run enters no phase, and a stop leaves it as it is', async (t) => {
  const { db, queue } = testQueue(t)
  queue.add(arrival('mine'))
  const job = claimed(queue)
  queue.enter(job, 'running', 700)
  t.match(stateOf(db, 'mine'), { phase: 'running', started_at: 700 })
  queue.enter(job, 'collecting', null)
  t.match(stateOf(db, 'mine'), { phase: 'collecting', started_at: 700 })
  queue.finish(job, success())
  const before = stateOf(db, 'mine')
  queue.enter(job, 'running', 900)
  t.equal(queue.stop(job.id, stopAt(3000), 'git exp stop'), 'had-ended')
  queue.requeue(job)
  t.strictSame(stateOf(db, 'mine'), before)
})

t.test('a stop ends what waits and is noted for what runs', async (t) => {
  const { db, queue } = testQueue(t)
  const [runs, waits] = [arrival('runs'), arrival('waits')]
  queue.add(runs)
  queue.add(waits)
  const job = claimed(queue)
  t.equal(queue.stop(job.id, stopAt(600), 'git exp stop'), 'is-running')
  t.equal(queue.stop(job.id, stopAt(700), '^C of git exp run'), 'is-running')
  t.match(stateOf(db, 'runs'), {
    state: 'running',
    stop_asked_at: 600,
    stop_asked_by: 'git exp stop',
  })
  t.ok(queue.running()[0]?.stopAsked)
  t.equal(queue.stop(waits.facts.id, stopAt(600), 'git exp stop'), 'was-waiting')
  t.match(stateOf(db, 'waits'), { state: 'stopped', reason_code: 'user', ended_at: 600 })
  t.equal(queue.claim(800, roomy), null)
  t.equal(queue.stop('unknown', stopAt(900), 'git exp stop'), 'had-ended')
})

t.test('a number is never given again', async (t) => {
  const { places, db, queue } = testQueue(t)
  queue.add(arrival('first'))
  queue.add(arrival('second'))
  db.exec("delete from experiment where name = 'second'")
  t.throws(() =>
    queue.atomically(() => {
      queue.add(arrival('third'))
      throw new Error('rolled back')
    }),
  )
  queue.add(arrival('third'))
  t.equal(stateOf(db, 'third').number, 3)
  db.exec('delete from experiment')
  const { db: again } = openDatabase(places, false)
  t.teardown(() => again.close())
  openQueue(again).add(arrival('fourth'))
  t.equal(stateOf(again, 'fourth').number, 4)
})

t.test('a name, its case aside, is one experiment’s under a baseline', async (t) => {
  const { queue } = testQueue(t)
  const own = arrival('Otter')
  queue.add(own)
  t.throws(() => queue.add(arrival('otter')), { code: 'SQLITE_CONSTRAINT_UNIQUE' })
  t.throws(() => queue.add(arrival('other', {}, { id: own.facts.id })), /UNIQUE/)
  const known = (name: string, commonDir = own.commonDir, baseline = own.facts.baseline) =>
    queue.isKnown(commonDir, { ...arrival('x').facts, baseline }, name)
  t.ok(known('OTTER'))
  t.notOk(known('otter-2'))
  t.notOk(known('otter', '/other/.git'))
  t.notOk(known('otter', own.commonDir, 'd'.repeat(40)))
  t.ok(queue.isKnown('/other/.git', own.facts, 'other'), 'an id is known everywhere')
  queue.add(arrival('otter', { commonDir: '/other/.git' }))
  queue.add(arrival('otter', {}, { baseline: 'd'.repeat(40) }))
})

t.test('what goes wrong in one change undoes all of it', async (t) => {
  const { db, queue } = testQueue(t)
  queue.add(arrival('taken'))
  t.throws(() =>
    queue.atomically(() => {
      queue.add(arrival('fresh'))
      queue.answer('a-ticket', 'enqueue', null, 1)
      queue.add(arrival('taken'))
    }),
  )
  t.equal(stateOf(db, 'fresh'), undefined)
  t.notOk(queue.isAnswered('a-ticket'))
})

t.test('an environment that was saved serves what names none', async (t) => {
  const { queue } = testQueue(t)
  const env = 'e'.repeat(64)
  queue.saveEnvironment('/home/ann/project/.git', env)
  queue.add(arrival('of-a-hook', { env: null }))
  queue.add(arrival('of-a-shell', { env: 'f'.repeat(64) }))
  queue.add(arrival('of-the-next-hook', { env: null }))
  queue.add(arrival('elsewhere', { env: null, commonDir: '/other/.git' }))
  const kept = Array.from({ length: 4 }, () => claimed(queue)).map((job) => [job.name, job.env])
  t.strictSame(Object.fromEntries(kept), {
    ...{ 'of-a-hook': env, 'of-a-shell': 'f'.repeat(64) },
    ...{ 'of-the-next-hook': 'f'.repeat(64), elsewhere: null },
  })
})

t.test('a supervisor is remembered with its attempt', async (t) => {
  const { db, queue } = testQueue(t)
  queue.add(arrival('mine'))
  queue.supervise(claimed(queue), { pid: 4321, start: '77', boot: 'b' })
  t.strictSame(
    db.prepare('select supervisor_pid, supervisor_start, supervisor_boot from run').raw().all(),
    [[4321, '77', 'b']],
  )
})
