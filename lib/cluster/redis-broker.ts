import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { BROKER_MS, type Broker, type BrokerFinding, brokerError, within } from './broker.ts'
import type { BrokerUrl } from './broker-url.ts'
import { answersIn, EVENTS, eventsIn, PIDBOX } from './pidbox.ts'
import {
  controlEnvelope,
  listsOf,
  openEnvelope,
  replyQueue,
  taskEnvelope,
} from './redis-envelope.ts'

/** Connects to Redis as a broker of Celery's. */
export const openRedis = async (url: BrokerUrl): Promise<Broker> => {
  const { keyPrefix, database } = url
  const connections: Redis[] = []
  const connect = async (): Promise<Redis> => {
    const redis = new Redis(url.url, {
      lazyConnect: true,
      connectTimeout: BROKER_MS,
      commandTimeout: BROKER_MS,
      maxRetriesPerRequest: 0,
      enableOfflineQueue: false,
      retryStrategy: () => null,
    })
    let last: Error | null = null
    redis.on('error', (error: Error) => {
      last = error
    })
    connections.push(redis)
    await redis.connect().catch((error: unknown) => {
      throw last ?? error
    })
    return redis
  }
  const told = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await within(work(), BROKER_MS)
    } catch (error) {
      throw brokerError(url, error)
    }
  }
  const redis = await told(connect)
  const channel = (exchange: string): string => `${keyPrefix}/${database}.${exchange}`
  const say = (envelope: string): Promise<number> => redis.publish(channel(PIDBOX), envelope)
  return {
    publish: (_, messages) =>
      told(async () => {
        const envelopes = messages.map(taskEnvelope)
        await Promise.all(envelopes.map(({ list, text }) => redis.lpush(keyPrefix + list, text)))
      }),
    withdraw: (message) =>
      told(async () => {
        const { list, text } = taskEnvelope(message)
        return (await redis.lrem(keyPrefix + list, 1, text)) > 0
      }),
    waiting: (queue) =>
      told(async () => {
        const lengths = await Promise.all(
          listsOf(queue).map((list) => redis.llen(keyPrefix + list)),
        )
        return lengths.reduce((sum, length) => sum + length, 0)
      }),
    examine: (queue) => told(() => examine(redis, url, listsOf(queue))),
    control: (word) =>
      told(async () => {
        await say(controlEnvelope(word, null))
      }),
    ask: (word, waitMs) =>
      told(async () => {
        const routingKey = randomUUID()
        const { list, bindings, binding } = replyQueue(routingKey)
        const replies = new Map<string, unknown>()
        const reader = await connect()
        await redis.sadd(keyPrefix + bindings, binding)
        try {
          const hearers = await say(controlEnvelope(word, { ticket: randomUUID(), routingKey }))
          const wanted = word.destination?.length ?? hearers
          const deadline = performance.now() + waitMs
          while (replies.size < wanted) {
            const left = (deadline - performance.now()) / 1000
            if (left <= 0) break
            const popped = await reader.brpop(keyPrefix + list, left)
            if (popped === null) break
            for (const [node, answer] of answersIn(() => openEnvelope(popped[1]))) {
              replies.set(node, answer)
            }
          }
        } finally {
          reader.disconnect()
          await redis.srem(keyPrefix + bindings, binding)
          await redis.del(keyPrefix + list)
        }
        return replies
      }),
    listen: (hear) =>
      told(async () => {
        const listener = await connect()
        listener.on('pmessage', (_: string, __: string, text: string) => {
          for (const event of eventsIn(() => openEnvelope(text))) hear(event)
        })
        await listener.psubscribe(`${channel(EVENTS)}/*`)
      }),
    isClosed: () => connections.some(({ status }) => status === 'end' || status === 'close'),
    close: async () => {
      for (const one of connections) one.disconnect()
    },
  }
}

const examine = async (
  redis: Redis,
  { shown, keyPrefix }: BrokerUrl,
  lists: string[],
): Promise<BrokerFinding[]> => {
  const told = new Map(
    `${await redis.info('server')}${await redis.info('memory')}${await redis.info('persistence')}`
      .split('\r\n')
      .map((line): [string, string] => {
        const [name = '', value = ''] = line.split(':')
        return [name, value]
      }),
  )
  const lengths = await Promise.all(lists.map((list) => redis.llen(keyPrefix + list)))
  const waiting = lengths.reduce((sum, length) => sum + length, 0)
  const policy = told.get('maxmemory_policy') ?? 'noeviction'
  return [
    {
      is: 'ok',
      text: `Redis ${told.get('redis_version')} at ${shown}: ${lists[0]} has ${waiting} messages`,
      fix: null,
    },
    policy === 'noeviction'
      ? { is: 'ok', text: 'Redis drops no messages when its memory is full', fix: null }
      : {
          is: 'fault',
          text: `Redis drops messages when its memory is full (maxmemory-policy ${policy})`,
          fix: 'redis-cli CONFIG SET maxmemory-policy noeviction, and the same in redis.conf',
        },
    told.get('aof_enabled') === '1'
      ? { is: 'ok', text: 'Redis keeps messages on its disk', fix: null }
      : {
          is: 'note',
          text: 'Redis forgets messages of the last minutes in a crash; what is lost is sent again',
          fix: 'redis-cli CONFIG SET appendonly yes, and the same in redis.conf',
        },
    // A message that is held longer than Redis waits for it would be given to another worker.
    {
      is: 'ok',
      text: 'runs may take longer than the visibility timeout: our workers renew what they hold',
      fix: null,
    },
  ]
}
