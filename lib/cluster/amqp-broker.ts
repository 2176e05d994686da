import { randomUUID } from 'node:crypto'
import { type Channel, type ChannelModel, connect, type Options } from 'amqplib'
import { UserError } from '../errors.ts'
import { isNewer } from '../newer-version.ts'
import {
  BROKER_MS,
  type Broker,
  type BrokerFinding,
  brokerError,
  type Control,
  within,
} from './broker.ts'
import type { BrokerUrl } from './broker-url.ts'
import type { TaskMessage } from './job-message.ts'
import {
  answersIn,
  controlMessage,
  EVENTS,
  eventsIn,
  PIDBOX,
  REPLIES,
  type ReplyTo,
} from './pidbox.ts'
import { amqpPriority } from './priority.ts'
import { declarationOf } from './queues.ts'

const HEARTBEAT_SECONDS = 20

/** Connects to RabbitMQ. */
export const openAmqp = async (url: BrokerUrl): Promise<Broker> => {
  const told = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await within(work(), BROKER_MS)
    } catch (error) {
      throw brokerError(url, error)
    }
  }
  const connection = await told(() =>
    connect(`${url.url}?heartbeat=${HEARTBEAT_SECONDS}`, { timeout: BROKER_MS }),
  )
  let isClosed = false
  connection.on('error', () => {})
  connection.on('close', () => {
    isClosed = true
  })
  const channel = <T>(use: (channel: Channel) => Promise<T>): Promise<T> =>
    told(() => withChannel(connection, use))
  return {
    publish: (queue, messages) => told(() => publish(connection, url, queue, messages)),
    // A message in a queue of RabbitMQ cannot be reached.
    withdraw: async () => false,
    waiting: (queue) => channel(async (own) => (await own.checkQueue(queue)).messageCount),
    examine: (queue) => told(() => examine(connection, url, queue)),
    control: (word) => channel((own) => send(own, word, null)),
    ask: (word, waitMs) => channel((own) => ask(own, word, waitMs)),
    listen: (hear) =>
      told(async () => {
        const own = await openChannel(connection)
        await own.assertExchange(EVENTS, 'topic', { durable: true })
        const { queue } = await own.assertQueue('', { exclusive: true, autoDelete: true })
        await own.bindQueue(queue, EVENTS, 'task.#')
        await own.consume(
          queue,
          (delivery) => {
            if (delivery === null) return
            for (const event of eventsIn(() => JSON.parse(delivery.content.toString()))) hear(event)
          },
          { noAck: true },
        )
      }),
    isClosed: () => isClosed,
    close: async () => {
      if (!isClosed) await connection.close().catch(() => {})
    },
  }
}

const openChannel = async (connection: ChannelModel): Promise<Channel> => {
  const channel = await connection.createChannel()
  // What the server says against a call is that call's error too.
  channel.on('error', () => {})
  return channel
}

const withChannel = async <T>(
  connection: ChannelModel,
  use: (channel: Channel) => Promise<T>,
): Promise<T> => {
  const channel = await openChannel(connection)
  try {
    return await use(channel)
  } finally {
    // One that the server closed is closed.
    await channel.close().catch(() => {})
  }
}

/** Publishes and waits until the server has all; a queue that is not there yet is declared as ours. */
const publish = async (
  connection: ChannelModel,
  url: BrokerUrl,
  queue: string,
  messages: TaskMessage[],
): Promise<void> => {
  const declared = declarationOf(queue)
  const channel = await connection.createConfirmChannel()
  channel.on('error', () => {})
  let isReturned = false
  channel.on('return', () => {
    isReturned = true
  })
  try {
    await channel.assertQueue(queue, declared as Options.AssertQueue)
    for (const { id, priority, headers, body } of messages) {
      channel.publish('', queue, Buffer.from(body), {
        headers,
        mandatory: true,
        contentType: 'application/json',
        contentEncoding: 'utf-8',
        correlationId: id,
        replyTo: '',
        deliveryMode: 2,
        priority: amqpPriority(priority),
      })
    }
    await channel.waitForConfirms()
  } catch (error) {
    if ((error as { code?: number }).code !== 406) throw error
    throw declaredOtherwise(url.shown, queue)
  } finally {
    await channel.close().catch(() => {})
  }
  if (isReturned) throw new Error(`the queue ${queue} is not there any more`)
}

const declaredOtherwise = (shown: string, queue: string): UserError =>
  new UserError(
    'broker',
    `the queue ${queue} at ${shown} was declared otherwise than git exp does`,
    `when it is empty, remove it there: rabbitmqctl delete_queue ${queue}; or use another virtual host`,
  )

/** The first that knows the queues' own argument; before, there is the server's setting alone. */
const TIMEOUT_OF_QUEUES = '3.12.0'

const examine = async (
  connection: ChannelModel,
  url: BrokerUrl,
  queue: string,
): Promise<BrokerFinding[]> => {
  const version = String(connection.connection.serverProperties.version)
  const isOld = isNewer(TIMEOUT_OF_QUEUES, version)
  return [
    await examineQueue(connection, url, queue, version),
    isOld
      ? {
          is: 'note',
          text: `RabbitMQ ${version} gives a message again whose run is longer than its consumer_timeout, by itself 30 minutes; the run goes on, its worker connects anew. What it is set to cannot be asked`,
          fix: 'in its rabbitmq.conf: consumer_timeout = 864000000',
        }
      : { is: 'ok', text: 'runs may take 10 days (x-consumer-timeout)', fix: null },
  ]
}

const examineQueue = async (
  connection: ChannelModel,
  { shown }: BrokerUrl,
  queue: string,
  version: string,
): Promise<BrokerFinding> => {
  const declared = declarationOf(queue)
  const at = `RabbitMQ ${version} at ${shown}`
  try {
    const { messageCount, consumerCount } = await withChannel(connection, async (channel) => {
      await channel.checkQueue(queue)
      return channel.assertQueue(queue, declared as Options.AssertQueue)
    })
    const text = `${at}: ${queue} has ${messageCount} messages and ${consumerCount} workers`
    return { is: 'ok', text, fix: null }
  } catch (error) {
    const { code } = error as { code?: number }
    if (code === 406) {
      const { message, hint } = declaredOtherwise(shown, queue)
      return { is: 'fault', text: message, fix: hint }
    }
    if (code !== 404) throw error
    return { is: 'note', text: `${at}: ${queue} is made when it is first used`, fix: null }
  }
}

const send = async (channel: Channel, word: Control, reply: ReplyTo | null): Promise<void> => {
  const { body, headers } = controlMessage(word, reply)
  await channel.assertExchange(PIDBOX, 'fanout', { durable: false })
  channel.publish(PIDBOX, '', Buffer.from(body), {
    headers,
    contentType: 'application/json',
    contentEncoding: 'utf-8',
    deliveryMode: 1,
  })
}

const ask = async (
  channel: Channel,
  word: Control,
  waitMs: number,
): Promise<Map<string, unknown>> => {
  const routingKey = randomUUID()
  const answers = new Map<string, unknown>()
  await channel.assertExchange(REPLIES, 'direct', { durable: false })
  const { queue } = await channel.assertQueue(`${routingKey}.${REPLIES}`, {
    exclusive: true,
    autoDelete: true,
  })
  await channel.bindQueue(queue, REPLIES, routingKey)
  let wake = (): void => {}
  const isComplete = new Promise<void>((resolve) => {
    wake = resolve
  })
  await channel.consume(
    queue,
    (delivery) => {
      if (delivery === null) return
      for (const [node, answer] of answersIn(() => JSON.parse(delivery.content.toString()))) {
        answers.set(node, answer)
      }
      if (word.destination !== null && answers.size >= word.destination.length) wake()
    },
    { noAck: true },
  )
  await send(channel, word, { ticket: randomUUID(), routingKey })
  const timer = setTimeout(wake, waitMs)
  await isComplete
  clearTimeout(timer)
  return answers
}
