import t from 'tap'
import { SCHEMA_VERSION } from '../../lib/schema-version.ts'
import { arrival, claimed, success, testQueue } from '../fixture/queue.ts'

/** A queue with one experiment in each of these states, each named for its own. */
const states = (t: Parameters<typeof testQueue>[0]) => {
  const { db, queue } = testQueue(t)
  queue.add(arrival('succeeded'))
  queue.finish(claimed(queue), success())
  queue.add(arrival('failed'))
  queue.finish(
    claimed(queue),
    success({
      ...{ state: 'failed', exitCode: 3, result: null },
      reason: { code: 'exit', text: 'exited with 3' },
    }),
  )
  queue.add(arrival('running'))
  claimed(queue)
  queue.add(arrival('queued'))
  return { db, queue }
}

t.test('the schema refuses a row whose state and facts do not agree', async (t) => {
  const { db } = states(t)
  for (const [name, change] of [
    ['queued', "state = 'running'"],
    ['queued', "state = 'running', phase = 'running', attempt = 0"],
    ['queued', "phase = 'running'"],
    ['queued', "state = 'waiting'"],
    ['queued', 'ended_at = 5'],
    ['queued', "reason_code = 'user', reason_text = 'x'"],
    ['queued', "state = 'stopped', ended_at = 5"],
    ['queued', "state = 'stopped', reason_code = 'user', reason_text = 'x'"],
    ['queued', "state = 'stopped', ended_at = 5, reason_code = 'user'"],
    ['queued', 'priority = 101'],
    ['queued', 'attempt = -1'],
    ['queued', "priority = 'high'"],
    ['queued', 'keep = 2'],
    ['queued', "overrides = 'not json'"],
    ['queued', "executor = 'mars'"],
    ['queued', 'name = null'],
    ['queued', 'repository = 99'],
    ['running', 'phase = null'],
    ['running', "phase = 'sleeping'"],
    ['running', "state = 'queued'"],
    ['running', "state = 'held'"],
    ['running', 'ended_at = 5'],
    ['succeeded', 'result = null'],
    ['succeeded', 'exit_code = 1'],
    ['succeeded', 'exit_code = null'],
    ['succeeded', 'ended_at = null'],
    ['succeeded', "reason_code = 'exit', reason_text = 'x'"],
    ['succeeded', "state = 'queued'"],
    ['failed', 'reason_code = null'],
    ['failed', 'reason_text = null'],
    ['failed', "reason_code = 'bad luck'"],
    ['failed', 'exit_code = null'],
    ['failed', "state = 'succeeded'"],
  ] as const) {
    const update = db.prepare(`update experiment set ${change} where name = '${name}'`)
    t.throws(() => update.run(), { code: /^SQLITE_CONSTRAINT/ }, `${name}: ${change}`)
  }
})

t.test('the schema takes each state with its own facts', async (t) => {
  const { db } = states(t)
  for (const change of [
    "state = 'held'",
    "state = 'stopped', ended_at = 5, reason_code = 'user', reason_text = 'x'",
    "state = 'timed-out', ended_at = 5, reason_code = 'timeout', reason_text = 'x'",
    "state = 'failed', exit_code = null, signal = 'SIGKILL', ended_at = 5",
    "state = 'lost', reason_code = 'lost-reboot', reason_text = 'x'",
    "state = 'refused', reason_code = 'missing-object', reason_text = 'x'",
    "state = 'skipped', reason_code = 'dependency', reason_text = 'x'",
  ]) {
    const { changes } = db.prepare(`update experiment set ${change} where name = 'queued'`).run()
    t.equal(changes, 1, change)
  }
})

t.test('no slot of a repository has two live runs', async (t) => {
  const { db } = states(t)
  const put = db.prepare(
    'insert into run (experiment, attempt, repository, slot, claimed_at) values (4, ?, 1, ?, 1)',
  )
  t.throws(() => put.run(1, 1), { code: 'SQLITE_CONSTRAINT_UNIQUE' })
  t.throws(() => put.run(0, 2), { code: 'SQLITE_CONSTRAINT_CHECK' })
  t.throws(() => put.run(1, 0), { code: 'SQLITE_CONSTRAINT_CHECK' })
  t.equal(put.run(1, 2).changes, 1)
  t.throws(() => put.run(1, 3), { code: 'SQLITE_CONSTRAINT_PRIMARYKEY' })
  t.throws(() => db.exec('update run set ended_at = 5 where experiment = 4'), {
    code: 'SQLITE_CONSTRAINT_CHECK',
  })
})

t.test('there is one daemon, and one answer to a ticket', async (t) => {
  const { db, queue } = states(t)
  const identity = { pid: 1, start: '1', boot: 'b' }
  queue.recordDaemon(identity, '0.1.0', 1, 5)
  queue.recordDaemon({ ...identity, pid: 2 }, '0.1.0', 4, 6)
  t.match(db.prepare('select pid, jobs, started_at from daemon').all(), [
    { pid: 2, jobs: 4, started_at: 6 },
  ])
  t.throws(() => queue.recordDaemon(identity, '0.1.0', 0, 7), { code: 'SQLITE_CONSTRAINT_CHECK' })
  queue.answer('a-ticket', 'enqueue', null, 5)
  t.throws(() => queue.answer('a-ticket', 'enqueue', null, 6), { code: /^SQLITE_CONSTRAINT/ })
})

t.test('what is accepted is on the disk before a ticket may go', async (t) => {
  const { db } = states(t)
  t.equal(db.pragma('journal_mode', { simple: true }), 'wal')
  t.equal(db.pragma('synchronous', { simple: true }), 2)
  t.equal(db.pragma('foreign_keys', { simple: true }), 1)
  t.equal(db.pragma('user_version', { simple: true }), SCHEMA_VERSION)
})
