import { readFileSync } from 'node:fs'
import t from 'tap'
import { retryAt } from '../../daemon/retries.ts'
import { parseSpec } from '../../lib/spec/spec.ts'
import { LONGEST_RETRY_MS } from '../../lib/waiting-room.ts'
import { supervisorOf } from '../fixture/daemon-process.ts'
import { gate } from '../fixture/gate.ts'
import { arrival, claimed, roomy, success, testQueue } from '../fixture/queue.ts'
import { sandbox } from '../fixture/sandbox.ts'
import { until } from '../fixture/until.ts'

t.test('a retry waits longer each time, for ten minutes at most, and so often only', async (t) => {
  const spec = parseSpec('{"command": "true", "retries": 8}')
  const waits = Array.from({ length: 9 }, (_, retriesUsed) =>
    retryAt({ spec, retriesUsed }, { state: 'failed' }, 1000),
  )
  t.strictSame(
    waits.map((at) => at && (at - 1000) / 1000),
    [1, 4, 16, 64, 256, 600, 600, 600, null],
  )
  for (const state of ['succeeded', 'stopped', 'refused'] as const) {
    t.equal(retryAt({ spec, retriesUsed: 0 }, { state }, 1), null, state)
  }
})

t.test('what waits to be retried is claimed when it is due, and not before', async (t) => {
  const { queue } = testQueue(t)
  const failed = success({
    state: 'failed',
    exitCode: 1,
    result: null,
    reason: { code: 'exit', text: 'x' },
  })
  queue.add(arrival('first'))
  queue.add(arrival('second'))
  const first = claimed(queue)
  t.ok(queue.retryLater(first, failed, 5000))
  t.notOk(queue.retryLater(first, failed, 5000), 'once only')
  t.equal(claimed(queue, 4999).name, 'second')
  t.equal(queue.claim(4999, roomy), null)
  t.equal(queue.nextRetryAt(4999), 5000)
  t.equal(queue.nextRetryAt(5000), null)
  const again = claimed(queue, 5000)
  t.match(again, { name: 'first', attempt: 2, retriesUsed: 1 })
  // A clock that was put back by more than any retry waits must not hold it for ever.
  t.ok(queue.retryLater(again, failed, LONGEST_RETRY_MS * 3))
  t.match(claimed(queue, LONGEST_RETRY_MS), { attempt: 3 })
})

t.test('failed, timed-out and lost are tried again, and each attempt is kept', async (t) => {
  const world = sandbox(t)
  await world.config('exp.jobs', '3')
  const repo = await world.repository({ 'exp.yaml': 'cmd: "false"\nretries: 1\n' })
  const { wait, reached } = gate(world)
  const lost = await repo.exp(
    'add',
    '--json',
    '-n',
    'dies',
    '-c',
    `[ $GIT_EXP_ATTEMPT = 2 ] || ${wait}`,
  )
  const late = `echo attempt $GIT_EXP_ATTEMPT; echo $GIT_EXP_ATTEMPT >n.txt; ${wait}`
  await repo.exp('add', '-n', 'late', '--timeout', '300ms', '-c', late)
  await repo.exp(
    'add',
    '-n',
    'fails',
    '--retries',
    '1',
    '-c',
    'echo $GIT_EXP_ATTEMPT; exit $GIT_EXP_ATTEMPT',
  )
  await reached()
  const [{ id }] = JSON.parse(lost.stdout)
  process.kill(supervisorOf(world, { id }), 'SIGKILL')
  t.equal((await repo.exp('wait', 'dies')).exitCode, 0)
  t.equal((await repo.exp('wait', 'late')).exitCode, 124)
  t.equal((await repo.exp('wait', 'fails')).exitCode, 2)
  const shown = Object.fromEntries((await repo.shown()).map((one) => [one.name, one]))
  t.match(shown.dies, {
    state: 'succeeded',
    attempt: 2,
    attempts: [{ state: 'lost' }, { state: 'succeeded' }],
  })
  t.match(shown.late, { attempts: [{ state: 'timed-out' }, { state: 'timed-out' }] })
  t.match(shown.fails?.attempts, [{ exit_code: 1 }, { exit_code: 2 }])
  t.equal(shown.fails?.attempts.length, 2)
  for (const one of shown.late?.attempts ?? []) {
    t.equal(await repo.git('show', `${one.result}:n.txt`), `${one.attempt}`)
    t.match(readFileSync(one.log, 'utf8'), new RegExp(`^attempt ${one.attempt}$`, 'm'))
  }
  t.match((await repo.exp('log', 'fails', '--attempt', '1')).stdout, /^1$/m)
  t.match(await repo.exp('log', 'fails', '--attempt', '9'), {
    exitCode: 129,
    stderr: /no attempt 9/,
  })

  // A rebuilt database has every attempt again, also of what waits for its next one.
  await repo.exp('add', '-n', 'waits', '--retries', '9', '-c', 'exit 7')
  const waits = async () => (await repo.shown())[0]
  await until('it has failed once', async () => (await waits())?.attempts[0]?.state === 'failed')
  await repo.exp('daemon', 'stop')
  const [, ...before] = await repo.shown()
  t.equal((await repo.exp('doctor', '--rebuild')).exitCode, 0)
  const [rebuilt, ...others] = await repo.shown()
  t.strictSame(others, before)
  t.match(rebuilt?.attempts[0], { attempt: 1, state: 'failed', exit_code: 7 })
  // Stopped, it is never tried again.
  await repo.exp('stop', 'waits')
  await repo.exp('wait', 'waits')
  const end = await waits()
  // An attempt that had failed by itself when the stop came is the last, and says so.
  const text = end?.state === 'stopped' ? /^stopped by git exp stop/ : /^exited with 7$/
  t.match(end, { state: /^(?:stopped|failed)$/, retry_at: null, reason: { text } })
})
