import { rmSync } from 'node:fs'
import t from 'tap'
import type { Finish } from '../../daemon/queue.ts'
import { type History, openHistory } from '../../lib/history.ts'
import type { Places } from '../../lib/places.ts'
import { arrival, claimed, roomy, success, testQueue } from '../fixture/queue.ts'

const opened = (t: { teardown: (end: () => void) => void }, places: Places): History => {
  const history = openHistory(places)
  if (history === null) throw new Error('there is no queue')
  t.teardown(() => history.close())
  return history
}

const project = '/home/ann/project/.git'
const names = (experiments: { name: string }[]) => experiments.map(({ name }) => name)

t.test('there is no history before there is a queue with its tables', async (t) => {
  const { places, db } = testQueue(t)
  opened(t, places)
  db.pragma('user_version = 0')
  t.equal(openHistory(places), null)
  db.pragma('user_version = 99')
  t.throws(() => openHistory(places), { code: 'daemon', message: /another version of git-exp/ })
  rmSync(places.database)
  t.equal(openHistory(places), null)
})

t.test('an experiment reads back with all its facts', async (t) => {
  const { places, queue } = testQueue(t)
  const own = arrival(
    'mine',
    { priority: 5, params: '{"params.yaml": {"lr": 0.1, "seed": 90071992547409931}}' },
    { overrides: ['params.yaml:lr=0.1'], workdir: 'sub' },
  )
  queue.add(own)
  const queued = {
    id: own.facts.id,
    number: 1,
    name: 'mine',
    repository: project,
    worktree: '/home/ann/project',
    baseline: own.facts.baseline,
    branch: 'main',
    snapshot: own.snapshot,
    executor: 'temp-dir',
    command: ['python', 'train.py'],
    workdir: 'sub',
    overrides: ['params.yaml:lr=0.1'],
    params: { 'params.yaml': { lr: 0.1, seed: 90071992547409931n } },
    metrics: {},
    goal: { acc: 'max' },
    rewritten: null,
    priority: 5,
    after: [],
    queuedAt: 1_767_323_045_000,
    kept: [],
    workplace: null,
    starred: false,
    tags: [],
    note: null,
    attempts: [],
    state: { is: 'queued' },
  } as const
  const history = opened(t, places)
  t.same(history.byId(own.facts.id), queued)
  const kept = [{ path: 'model.pt', sha256: 'd'.repeat(64), bytes: 3 }]
  const job = claimed(queue)
  const usage = { ranMs: 900, cpuMs: 100, peakBytes: 4096, peakGpuBytes: null }
  const metricsText = '{"m.json":{"acc":"NaN"}}'
  queue.finish(job, success({ metrics: metricsText, kept, workplace: '/w', usage }))
  const state = {
    ...{ is: 'succeeded', attempt: 1, result: 'c'.repeat(40), startedAt: 1000, endedAt: 2000 },
    ...{ exitCode: 0, signal: null },
  }
  const metrics = { 'm.json': { acc: 'NaN' } }
  const { is, ...end } = state
  const attempts = [{ ...end, state: is, reason: null, usage, worker: null, host: null }]
  const ended = { ...queued, state, kept, metrics, workplace: '/w', attempts }
  t.same(history.byId(own.facts.id), ended)
  t.equal(history.byId('unknown'), null)
})

t.test('each state reads back as the union has it', async (t) => {
  const { places, queue } = testQueue(t)
  const history = opened(t, places)
  queue.add(arrival('one'))
  const job = claimed(queue)
  const stateNow = () => history.byId(job.id)?.state
  t.strictSame(stateNow(), { is: 'running', phase: 'materializing', attempt: 1, startedAt: null })
  queue.enter(job, 'running', 700)
  t.strictSame(stateNow(), { is: 'running', phase: 'running', attempt: 1, startedAt: 700 })
  const reason = { code: 'signal', text: 'killed by SIGKILL' } as const
  const end = { exitCode: null, signal: 'SIGKILL', result: null, reason } as const
  queue.finish(job, success({ state: 'failed', ...end }))
  t.same(stateNow(), { is: 'failed', attempt: 1, startedAt: 1000, endedAt: 2000, ...end })
})

t.test('the overview shows what runs, what ended last and what comes next', async (t) => {
  const { places, queue } = testQueue(t)
  const history = opened(t, places)
  const ended: Partial<Finish>[] = [{ endedAt: 30 }, { endedAt: 10 }, { endedAt: 20 }]
  for (const [i, own] of ended.entries()) {
    queue.add(arrival(`ended-${i}`))
    queue.finish(claimed(queue), success(own))
  }
  queue.add(arrival('runs'))
  claimed(queue)
  queue.add(arrival('elsewhere', { commonDir: '/other/.git', priority: 10 }))
  queue.add(arrival('later'))
  queue.add(arrival('much-later', { priority: -1 }))
  queue.add(arrival('next', { priority: 1 }))
  const overview = history.overview(project, 2)
  t.strictSame(names(overview.ended), ['ended-0', 'ended-2'])
  t.strictSame(names(overview.running), ['runs'])
  t.strictSame(names(overview.queued), ['next', 'later'])
  t.strictSame([...history.counts(project)].sort(), [
    ['queued', 3],
    ['running', 1],
    ['succeeded', 3],
  ])
  t.strictSame(names(history.running()), ['runs'])
  t.strictSame(names(history.list(project, 3)), ['next', 'much-later', 'later'])
  t.equal(history.list(project).length, 7)
  t.equal(history.counts('/nowhere').size, 0)
})

t.test(
  'what is ready is listed by priority, with the first of those that wait alike',
  async (t) => {
    const { places, queue } = testQueue(t)
    const history = opened(t, places)
    queue.add(arrival('runs'))
    claimed(queue)
    queue.add(arrival('third'))
    queue.add(arrival('first', { commonDir: '/other/.git', priority: 9 }))
    queue.add(arrival('last', { priority: -9 }))
    queue.add(arrival('second', { priority: 1 }))
    queue.add(arrival('fourth'))
    queue.add(arrival('held', { isHeld: true }))
    t.strictSame(history.ready(), [
      { number: 3, first: 3, priority: 9 },
      { number: 5, first: 5, priority: 1 },
      { number: 2, first: 2, priority: 0 },
      { number: 6, first: 2, priority: 0 },
      { number: 4, first: 4, priority: -9 },
    ])
  },
)

t.test('a receipt says whether a ticket was refused', async (t) => {
  const { places, queue } = testQueue(t)
  const history = opened(t, places)
  t.equal(history.receipt('a'), null)
  queue.answer('a', 'stop', null, 1)
  queue.answer('b', 'enqueue', 'it names no experiment', 1)
  t.strictSame(history.receipt('a'), { refused: null })
  t.strictSame(history.receipt('b'), { refused: 'it names no experiment' })
})

t.test('readers know the daemon by its identity', async (t) => {
  const { places, queue } = testQueue(t)
  const history = opened(t, places)
  t.equal(history.daemon(), null)
  const identity = { pid: 77, start: '5', boot: 'b' }
  queue.recordDaemon(identity, '1.2.3', 4, 600)
  const row = { identity, version: '1.2.3', jobs: 4, machine: null, startedAt: 600 }
  t.strictSame(history.daemon(), row)
  queue.recordMachine(roomy)
  t.strictSame(history.daemon(), { ...row, machine: roomy })
})

t.test('a reader waits for no writer, and sees only what is whole', async (t) => {
  const { places, queue } = testQueue(t)
  const history = opened(t, places)
  queue.atomically(() => {
    queue.add(arrival('one'))
    t.strictSame(history.list(project), [])
  })
  t.strictSame(names(history.list(project)), ['one'])
})
