import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import {
  type Claim,
  parseCancel,
  parseClaim,
  printCancel,
  printClaim,
} from '../../../lib/cluster/claim.ts'
import { jobMessage, readPayload } from '../../../lib/cluster/job-message.ts'
import { jobPattern, jobRef, parseJobRef, seenJobs } from '../../../lib/cluster/job-refs.ts'
import { jobState, nextAttempt } from '../../../lib/cluster/job-state.ts'
import { type ClusterOutcome, parseOutcome, printOutcome } from '../../../lib/cluster/outcome.ts'
import { amqpPriority, redisStep } from '../../../lib/cluster/priority.ts'
import { declarationOf } from '../../../lib/cluster/queues.ts'
import { canonicalJson, readClusterKey, signatureOf } from '../../../lib/cluster/sign.ts'
import { withoutCredentials } from '../../../lib/remote/without-credentials.ts'

const id = '0198d3a1-0000-7000-8000-000000000001'
const key = Buffer.from('k'.repeat(64))
const payload = {
  exp: id,
  name: 'lr=0.1',
  snapshot: 'a'.repeat(40),
  baseline: 'b'.repeat(40),
  remote: 'ssh://git@host/repo.git',
  timeout: 7200,
}
const message = jobMessage(payload, { id, queue: 'exp.default', priority: 0, key })

t.test('a message is Celery’s, version 2, and tells of the job only its name', async (t) => {
  t.match(message.headers, { task: 'gitexp.run', id, root_id: id, argsrepr: 'lr=0.1', retries: 0 })
  const [args, kwargs, embed] = JSON.parse(message.body) as [unknown[], object, object]
  t.strictSame(args, [])
  t.strictSame(embed, { callbacks: null, errbacks: null, chain: null, chord: null })
  t.match(kwargs, { v: 1, ...payload, signature: /^[0-9a-f]{64}$/ })
  t.strictSame(readPayload(kwargs, key), payload)
})

t.test('what is signed is JSON in order and without blanks', async (t) => {
  t.equal(
    canonicalJson({ b: [1, { d: null, c: 'é' }], a: 0.5 }),
    '{"a":0.5,"b":[1,{"c":"é","d":null}]}',
  )
  const openssl = spawnSync('openssl', ['dgst', '-sha256', '-hmac', key.toString()], {
    input: canonicalJson({ v: 1, ...payload }),
    encoding: 'utf8',
  })
  t.equal(signatureOf({ v: 1, ...payload }, key), openssl.stdout?.trim().split(' ').at(-1), {
    skip: openssl.error !== undefined && 'no openssl here',
  })
})

t.test('a message that is forged, changed, of another version or none is refused', async (t) => {
  const [, kwargs] = JSON.parse(message.body) as [unknown, Record<string, unknown>]
  const wrong: [unknown, RegExp][] = [
    [null, /no message of git exp/],
    [{ ...kwargs, v: 2 }, /version 2/],
    [{ ...kwargs, remote: 'ssh://other/repo.git' }, /not signed/],
    [{ ...kwargs, signature: undefined }, /not signed/],
    [{ ...kwargs, more: 1 }, /not signed/],
  ]
  for (const [given, words] of wrong) t.throws(() => readPayload(given, key), words)
  const signed = { v: 1, ...payload, name: '../x' }
  t.throws(() => readPayload({ ...signed, signature: signatureOf(signed, key) }, key), /lacks/)
})

t.test('a key is a file of 32 bytes or more that nobody else may read', async (t) => {
  const file = join(t.testdir(), 'key')
  t.throws(() => readClusterKey(null), /no key to sign/)
  t.throws(() => readClusterKey(file), /cannot be read/)
  writeFileSync(file, 'short\n', { mode: 0o600 })
  t.throws(() => readClusterKey(file), /has 5 bytes/)
  writeFileSync(file, `${'k'.repeat(64)}\n`)
  t.strictSame(readClusterKey(file), key)
  chmodSync(file, 0o640)
  t.throws(() => readClusterKey(file), /others may read/)
  mkdirSync(`${file}s`)
  t.throws(() => readClusterKey(`${file}s`), /cannot be read/)
})

t.test('refs of a job have its id and one of four parts', async (t) => {
  t.equal(jobRef(id, 'claim'), `refs/git-exp/jobs/${id}/claim`)
  t.equal(jobPattern(id), `refs/git-exp/jobs/${id}/*`)
  t.strictSame(parseJobRef(`${seenJobs('k')}${id}/log`, seenJobs('k')), { id, part: 'log' })
  for (const ref of [`${id}/other`, `${id}/log/x`, '../log', 'refs/heads/main']) {
    t.equal(parseJobRef(`refs/git-exp/jobs/${ref}`), null, ref)
  }
})

const claim: Claim = {
  attempt: 2,
  worker: 'gpu0@h1',
  host: 'h1',
  at: '2026-01-02T03:04:05Z',
  nonce: 'x',
}
const outcome: ClusterOutcome = {
  attempt: 1,
  state: 'failed',
  exit_code: 3,
  signal: null,
  reason: { code: 'exit', text: 'exited with 3' },
  started: '2026-01-02T03:04:05.000Z',
  ended: '2026-01-02T03:05:05.000Z',
  worker: 'gpu0@h1',
  host: 'h1',
  result: null,
  failure: 'c'.repeat(40),
  resources: { seconds: 60, cpu_seconds: 50, peak_memory: 1000, peak_gpu_memory: null },
}

t.test('a snapshot means that a job has not ended, whatever ended before', async (t) => {
  const state = (hasSnapshot: boolean, claims: Claim[], end: ClusterOutcome | null) =>
    jobState({ hasSnapshot, claims, outcome: end }).is
  t.equal(state(false, [], null), 'absent')
  t.equal(state(true, [], null), 'queued')
  t.equal(state(true, [claim], null), 'running')
  t.equal(state(false, [], outcome), 'ended')
  t.equal(state(true, [], outcome), 'queued')
  t.strictSame(
    [nextAttempt([], null), nextAttempt([], outcome), nextAttempt([claim], null)],
    [1, 2, 3],
  )
})

t.test(
  'claims, cancellations and outcomes are read back, and what is none is refused',
  async (t) => {
    t.strictSame(parseClaim(printClaim(claim)), claim)
    t.strictSame(parseCancel(printCancel({ by: 'ann', at: claim.at })), { by: 'ann', at: claim.at })
    t.strictSame(parseOutcome(printOutcome(outcome)), outcome)
    for (const wrong of ['', 'x', '[]', '{}', JSON.stringify({ ...claim, attempt: 0 })]) {
      t.throws(() => parseClaim(wrong), /malformed/)
      t.throws(() => parseCancel(wrong), /malformed/)
    }
    const changes: object[] = [
      { state: 'won' },
      { state: 'succeeded' },
      { reason: null },
      { reason: { code: 'magic', text: '' } },
      { exit_code: null },
      { ended: 'now' },
      { result: '../x' },
      { host: 'a\u001b[2J' },
      { resources: { seconds: 'many' } },
    ]
    for (const change of changes) {
      t.throws(() => parseOutcome(JSON.stringify({ ...outcome, ...change })), /malformed/)
    }
  },
)

t.test('priorities keep their order on both brokers', async (t) => {
  const scale = [-100, -21, -1, 0, 1, 49, 50, 100]
  t.strictSame(scale.map(amqpPriority), [0, 3, 4, 5, 6, 8, 8, 10])
  t.strictSame(scale.map(redisStep), [9, 9, 9, 6, 3, 3, 0, 0])
})

t.test('queues are those of the one file, and no others', async (t) => {
  const declared = {
    durable: true,
    autoDelete: false,
    arguments: { 'x-max-priority': 10, 'x-consumer-timeout': 864_000_000 },
  }
  for (const queue of ['exp.default', 'exp.gpu', 'exp.host.node-1.example']) {
    t.strictSame(declarationOf(queue), declared, queue)
  }
  for (const queue of ['celery', 'exp.host.', 'exp.host.*', 'exp.host.a b', 'exp.gpu2', '']) {
    t.throws(() => declarationOf(queue), /is no queue of git exp/, queue)
  }
})

t.test('a URL that is told to others has no credentials', async (t) => {
  for (const [url, told] of [
    ['https://ann:pass@host/r.git', 'https://host/r.git'],
    ['https://token@host/r.git', 'https://host/r.git'],
    ['ssh://git@host/r.git', 'ssh://git@host/r.git'],
    ['ssh://git:pass@host/r.git', 'ssh://git@host/r.git'],
    ['git@host:r.git', 'git@host:r.git'],
    ['/srv/r@2.git', '/srv/r@2.git'],
  ] as const) {
    t.equal(withoutCredentials(url), told)
  }
})
