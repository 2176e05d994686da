import t from 'tap'
import { BackOff } from '../../../daemon/cluster/back-off.ts'
import { openClusterRows } from '../../../daemon/cluster/cluster-rows.ts'
import { openRecords } from '../../../daemon/records.ts'
import { endedWithoutRun } from '../../../daemon/without-run.ts'
import type { Claim } from '../../../lib/cluster/claim.ts'
import { openWaitingRoom } from '../../../lib/waiting-room.ts'
import { arrival, roomy, success, testQueue } from '../../fixture/queue.ts'

const commonDir = '/home/ann/project/.git'
const url = 'ssh://git@host/r.git'
const stopped = endedWithoutRun(null, 5000, 'git exp stop')

const claim = (attempt: number): Claim => ({
  attempt,
  worker: `gpu0@h${attempt}`,
  host: `h${attempt}`,
  at: `2026-01-02T03:04:0${attempt}.000Z`,
  nonce: 'n',
})

/** A queue with one experiment for a cluster. */
const clustered = (t: Parameters<typeof testQueue>[0]) => {
  const { db, queue } = testQueue(t)
  const rows = openClusterRows(db)
  const records = openRecords(db)
  const number = queue.add(arrival('far', {}, { executor: 'celery' }))
  const [row] = rows.toPush(commonDir, 0, 10)
  if (row === undefined) throw new Error('it waits to be pushed')
  const now = () => rows.find(row.id)
  return { db, queue, rows, records, number, id: row.id, now }
}

t.test('what goes to a cluster is never claimed here, and waits for its own steps', async (t) => {
  const { db, queue, rows, number, now } = clustered(t)
  t.equal(queue.claim(0, roomy), null)
  t.equal(queue.hasReady(), false)
  t.strictSame(openWaitingRoom(db).candidates(0), [])
  t.strictSame(rows.repositories(), [commonDir])
  rows.offer([{ number }], url, 10)
  t.match(now(), { offeredAt: 10, pushedAt: null, remote: url })
  rows.takeBack([{ number }])
  t.equal(now()?.offeredAt, null)
  rows.offer([{ number }], url, 11)
  rows.markPushed([{ number }], 12)
  t.strictSame(rows.toPush(commonDir, 20, 10), [])
  t.equal(rows.toSend(commonDir, 10).length, 1)
  rows.markSent([{ number, priority: 0 }], 13)
  t.strictSame(rows.toSend(commonDir, 10), [])
  t.match(now(), { sentAt: 13, publications: 1, sentPriority: 0 })
})

t.test('another priority needs another message', async (t) => {
  const { rows, records, number, id, now } = clustered(t)
  rows.offer([{ number }], url, 10)
  rows.markPushed([{ number }], 11)
  rows.markSent([{ number, priority: 0 }], 12)
  records.setPriority(id, 0)
  t.equal(now()?.sentAt, 12, 'the same is no other')
  records.setPriority(id, 5)
  t.match(rows.toSend(commonDir, 10), [{ priority: 5, sentPriority: 0 }])
  rows.markSent([{ number, priority: 5 }], 13)
  t.strictSame(rows.sentAgain(), [{ id, publications: 2 }])
})

t.test('before it is offered it is stopped and held here, and then no more', async (t) => {
  const { queue, rows, records, number, id, now } = clustered(t)
  t.equal(records.hold(id), true)
  t.equal(records.release(id), true)
  rows.offer([{ number }], url, 10)
  t.equal(records.hold(id), false)
  t.equal(queue.stop(id, stopped, 'ann'), 'is-running')
  t.match(now(), { state: 'queued', stopAskedBy: 'ann' })
  t.strictSame(rows.toPush(commonDir, 20, 10), [])
  t.equal(rows.toStop(commonDir).length, 1)
  t.equal(rows.endWaiting(number, stopped), true)
  t.equal(records.find(id)?.state, 'stopped')
  t.equal(records.retry(number, null), true)
  t.match(now(), { state: 'queued', stopAskedAt: null, offeredAt: null, remote: url })
})

t.test('claims are attempts, of which all but the last are lost', async (t) => {
  const { queue, rows, records, number, now } = clustered(t)
  rows.offer([{ number }], url, 10)
  rows.markPushed([{ number }], 11)
  rows.claimed(number, [claim(1)])
  t.match(now(), { state: 'running', attempt: 1, worker: 'gpu0@h1' })
  rows.claimed(number, [claim(1), claim(2)])
  t.match(now(), { state: 'running', attempt: 2, worker: 'gpu0@h2' })
  t.strictSame(queue.running(), [], 'no slot is taken')
  rows.letGo({ number, attempt: 2 }, 6000)
  t.match(now(), { state: 'queued', attempt: 2, phase: null })
  rows.claimed(number, [claim(3)])
  t.equal(
    queue.retryLater({ number, attempt: 3 }, success({ state: 'lost', result: null }), 9000),
    true,
  )
  t.match(now(), { state: 'queued', offeredAt: null, pushedAt: null, sentAt: null })
  t.strictSame(rows.toPush(commonDir, 8999, 10), [])
  t.equal(rows.toPush(commonDir, 9000, 10).length, 1)
  rows.offer([{ number }], url, 9000)
  rows.claimed(number, [claim(4)])
  t.equal(queue.finish({ number, attempt: 4 }, success()), true)
  t.strictSame(rows.repositories(), [])
  t.equal(records.attempts(number).length, 4)
})

t.test('what fails is tried again later and later, up to a minute', async (t) => {
  const backOff = new BackOff()
  const waits = Array.from({ length: 9 }, () => {
    backOff.failed('remote', 0)
    return backOff.nextAt(0)
  })
  t.strictSame(waits, [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000])
  t.equal(backOff.mayTry('remote', 59_999), false)
  t.equal(backOff.mayTry('remote', 60_000), true)
  t.equal(backOff.mayTry('broker', 0), true)
  t.strictSame([backOff.worked('remote'), backOff.worked('remote')], [true, false])
  t.equal(backOff.nextAt(0), Number.POSITIVE_INFINITY)
})
