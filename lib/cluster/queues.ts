import { UserError } from '../errors.ts'
import queues from './queues.json' with { type: 'json' }

/** How a queue is declared on RabbitMQ; both sides must say exactly the same. */
export interface QueueDeclaration {
  durable: boolean
  autoDelete: boolean
  arguments: Record<string, number>
}

export const DEFAULT_QUEUE = 'exp.default'
export const GPU_QUEUE = 'exp.gpu'

/** The longest name that RabbitMQ takes. */
const MAX_BYTES = 255

/**
 * How a queue of this name is declared: as `queues.json` has it, where `*` stands for a host's name.
 * Throws `UserError` for a name that is none of ours.
 */
export const declarationOf = (queue: string): QueueDeclaration => {
  const known = Object.entries(queues).find(([pattern]) =>
    pattern.endsWith('*')
      ? queue.startsWith(pattern.slice(0, -1)) && /^[\w.-]+$/.test(queue.slice(pattern.length - 1))
      : queue === pattern,
  )
  if (known === undefined || Buffer.byteLength(queue) > MAX_BYTES) {
    throw new UserError(
      'bad-config',
      `“${queue}” is no queue of git exp`,
      `there are ${Object.keys(queues).join(', ').replace('*', 'HOST')}`,
    )
  }
  return known[1]
}
