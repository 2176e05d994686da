import t from 'tap'
import { brokerError } from '../../../lib/cluster/broker.ts'
import { parseBrokerUrls } from '../../../lib/cluster/broker-url.ts'
import { jobMessage } from '../../../lib/cluster/job-message.ts'
import { answersIn, controlMessage, eventsIn } from '../../../lib/cluster/pidbox.ts'
import {
  controlEnvelope,
  listsOf,
  openEnvelope,
  replyQueue,
  taskEnvelope,
} from '../../../lib/cluster/redis-envelope.ts'

const id = '0198d3a1-0000-7000-8000-000000000001'
const message = jobMessage(
  {
    exp: id,
    name: 'lr=0.1',
    snapshot: 'a'.repeat(40),
    baseline: 'b'.repeat(40),
    remote: 'ssh://git@host/repo.git',
    timeout: null,
  },
  { id, queue: 'exp.default', priority: 0, key: Buffer.from('k'.repeat(64)) },
)

t.test('a message lies in Redis as Kombu writes it', async (t) => {
  const { list, text } = taskEnvelope(message)
  t.equal(list, 'exp.default\x06\x166')
  const { body, ...envelope } = JSON.parse(text) as Record<string, unknown>
  t.equal(Buffer.from(String(body), 'base64').toString(), message.body)
  t.strictSame(openEnvelope(text), JSON.parse(message.body))
  t.strictSame(envelope, {
    'content-encoding': 'utf-8',
    'content-type': 'application/json',
    headers: {
      lang: 'js',
      task: 'gitexp.run',
      id,
      root_id: id,
      parent_id: null,
      group: null,
      group_index: null,
      shadow: null,
      eta: null,
      expires: null,
      retries: 0,
      timelimit: [null, null],
      argsrepr: 'lr=0.1',
      kwargsrepr: 'lr=0.1',
      origin: 'git-exp',
      ignore_result: false,
    },
    properties: {
      correlation_id: id,
      reply_to: '',
      delivery_mode: 2,
      delivery_info: { exchange: '', routing_key: 'exp.default' },
      priority: 6,
      body_encoding: 'base64',
      delivery_tag: id,
    },
  })
  t.equal(taskEnvelope(message).text, text, 'the same again, so that it can be removed')
  t.equal(taskEnvelope({ ...message, priority: 100 }).list, 'exp.default')
  t.strictSame(listsOf('q'), ['q', 'q\x06\x163', 'q\x06\x166', 'q\x06\x169'])
})

t.test('words of remote control say who is to answer, and where', async (t) => {
  const word = { method: 'gitexp_tail', arguments: { exp: id, offset: 0 }, destination: ['w@h'] }
  const { body, headers } = controlMessage(word, { ticket: 'a-ticket', routingKey: 'an-oid' })
  t.strictSame(JSON.parse(body), {
    ...word,
    pattern: null,
    matcher: null,
    ticket: 'a-ticket',
    reply_to: { exchange: 'reply.celery.pidbox', routing_key: 'an-oid' },
  })
  t.ok(Number(headers.expires) > Date.now() / 1000)
  t.match(JSON.parse(controlEnvelope(word, null)), {
    properties: { delivery_info: { exchange: 'celery.pidbox', routing_key: '' } },
  })
  t.strictSame(replyQueue('an-oid'), {
    list: 'an-oid.reply.celery.pidbox',
    bindings: '_kombu.binding.reply.celery.pidbox',
    binding: 'an-oid\x06\x16\x06\x16an-oid.reply.celery.pidbox',
  })
})

t.test('what others send as events and answers is read with care', async (t) => {
  const event = { type: 'task-started', uuid: id }
  t.strictSame(
    eventsIn(() => [event, 1, null, { type: 2 }]),
    [event],
  )
  t.strictSame(
    eventsIn(() => event),
    [event],
  )
  t.strictSame(
    eventsIn(() => JSON.parse('{')),
    [],
  )
  t.strictSame(
    answersIn(() => ({ 'w@h': { ok: 'pong' } })),
    [['w@h', { ok: 'pong' }]],
  )
  for (const wrong of ['null', '1', '{'])
    t.strictSame(
      answersIn(() => JSON.parse(wrong)),
      [],
    )
})

t.test('addresses of brokers are taken apart, and shown without credentials', async (t) => {
  for (const [text, kind, shown, more] of [
    ['amqp://ann:s3cret@host:5672//', 'amqp', 'amqp://host:5672', {}],
    ['amqps://ann:s3cret@host/team', 'amqp', 'amqps://host/team', {}],
    ['redis://:s3cret@host:6379/2', 'redis', 'redis://host:6379/2', { database: 2 }],
    ['redis://host?global_keyprefix=x:', 'redis', 'redis://host', { keyPrefix: 'x:' }],
  ] as const) {
    const [url] = parseBrokerUrls(text)
    t.match(url, { kind, shown, ...more }, text)
    t.notMatch(url?.url, 'global_keyprefix')
    if (url !== undefined) {
      const error = brokerError(url, new Error(`cannot reach ${text}`))
      t.notMatch(`${error.message} ${error.hint}`, 's3cret')
    }
  }
  t.equal(parseBrokerUrls('amqp://one;amqp://two').length, 2)
  for (const text of ['', 'host', 'https://host', 'sqs://']) {
    t.throws(() => parseBrokerUrls(text), /no address of a broker/)
  }
})
