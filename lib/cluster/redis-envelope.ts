import { randomUUID } from 'node:crypto'
import type { Control } from './broker.ts'
import type { TaskMessage } from './job-message.ts'
import { controlMessage, PIDBOX, REPLIES, type ReplyTo } from './pidbox.ts'
import { redisStep } from './priority.ts'

// Kombu's own form of what lies in Redis.

const SEPARATOR = '\x06\x16'

/** The lists of a queue, in the order in which workers ask them. */
export const listsOf = (queue: string): string[] => [0, 3, 6, 9].map((step) => listOf(queue, step))

const listOf = (queue: string, step: number): string =>
  step === 0 ? queue : `${queue}${SEPARATOR}${step}`

/** The list that a message waits in, and its text there, which is the same whenever it is made. */
export const taskEnvelope = ({
  id,
  queue,
  priority,
  headers,
  body,
}: TaskMessage): { list: string; text: string } => {
  const step = redisStep(priority)
  return {
    list: listOf(queue, step),
    text: envelope(body, headers, {
      correlation_id: id,
      reply_to: '',
      delivery_mode: 2,
      delivery_info: { exchange: '', routing_key: queue },
      priority: step,
      body_encoding: 'base64',
      // Each message has an id of its own, so a second copy is told from the first.
      delivery_tag: id,
    }),
  }
}

/** A word of remote control. */
export const controlEnvelope = (word: Control, reply: ReplyTo | null): string => {
  const { body, headers } = controlMessage(word, reply)
  return envelope(body, headers, {
    delivery_mode: 2,
    delivery_info: { exchange: PIDBOX, routing_key: '' },
    priority: 0,
    body_encoding: 'base64',
    delivery_tag: randomUUID(),
  })
}

/** Where replies are collected, and the binding that leads them there. */
export const replyQueue = (oid: string): { list: string; bindings: string; binding: string } => ({
  list: `${oid}.${REPLIES}`,
  bindings: `_kombu.binding.${REPLIES}`,
  binding: `${oid}${SEPARATOR}${SEPARATOR}${oid}.${REPLIES}`,
})

/** The JSON in an envelope's body. */
export const openEnvelope = (text: string): unknown => {
  const { body, properties } = JSON.parse(text) as {
    body: string
    properties?: { body_encoding?: string }
  }
  const isEncoded = properties?.body_encoding === 'base64'
  return JSON.parse(isEncoded ? Buffer.from(body, 'base64').toString() : body)
}

const envelope = (body: string, headers: object, properties: object): string =>
  JSON.stringify({
    body: Buffer.from(body).toString('base64'),
    'content-encoding': 'utf-8',
    'content-type': 'application/json',
    headers,
    properties,
  })
