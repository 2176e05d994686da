import type { BrokerEvent, Control } from './broker.ts'

// Celery's remote control and events, as any broker carries them.

export const PIDBOX = 'celery.pidbox'
export const REPLIES = 'reply.celery.pidbox'
export const EVENTS = 'celeryev'

/** Older words are passed over by workers. */
const CONTROL_SECONDS = 60

/** Where answers to a word go, and what they are known by. */
export interface ReplyTo {
  ticket: string
  routingKey: string
}

/** A word of remote control, with its headers. */
export const controlMessage = (
  { method, arguments: given, destination }: Control,
  reply: ReplyTo | null,
): { body: string; headers: Record<string, unknown> } => ({
  body: JSON.stringify({
    method,
    arguments: given,
    destination,
    pattern: null,
    matcher: null,
    ...(reply === null
      ? {}
      : {
          ticket: reply.ticket,
          reply_to: { exchange: REPLIES, routing_key: reply.routingKey },
        }),
  }),
  headers: { clock: 1, expires: Date.now() / 1000 + CONTROL_SECONDS },
})

/** One event or many; what is none is passed over, as anybody may send there. */
export const eventsIn = (open: () => unknown): BrokerEvent[] => {
  try {
    return [open()]
      .flat()
      .filter(
        (one): one is BrokerEvent =>
          typeof one === 'object' && one !== null && 'type' in one && typeof one.type === 'string',
      )
  } catch {
    return []
  }
}

/** What each node answered: one object a reply, by the node's name. */
export const answersIn = (open: () => unknown): [string, unknown][] => {
  try {
    const answer = open()
    return typeof answer === 'object' && answer !== null ? Object.entries(answer) : []
  } catch {
    return []
  }
}
