import { UserError } from '../errors.ts'
import type { BrokerUrl } from './broker-url.ts'
import type { TaskMessage } from './job-message.ts'

/** A word to workers that is no job, by Celery's remote control. */
export interface Control {
  method: string
  arguments: Record<string, unknown>
  /** The nodes that it is for; null: all. */
  destination: string[] | null
}

/** Something that a worker tells of a task. */
export interface BrokerEvent {
  /** `task-started`, `task-output` and the like. */
  type: string
  [fact: string]: unknown
}

/** Something about a broker that was looked at. */
export interface BrokerFinding {
  is: 'ok' | 'note' | 'fault'
  text: string
  fix: string | null
}

/** A connection to a broker. Each call throws `UserError` with the code `broker` when it fails. */
export interface Broker {
  /** Gives messages for one queue to the broker, and comes back once they are the broker's to keep. */
  publish: (queue: string, messages: TaskMessage[]) => Promise<void>
  /** Takes back a message that no worker has taken; says whether this broker can, and did. */
  withdraw: (message: TaskMessage) => Promise<boolean>
  /** How many messages wait in a queue. */
  waiting: (queue: string) => Promise<number>
  control: (word: Control) => Promise<void>
  /** The same, and what each node answered within a time. It ends early when all that were asked have. */
  ask: (word: Control, waitMs: number) => Promise<Map<string, unknown>>
  /** What of it would let experiments down. */
  examine: (queue: string) => Promise<BrokerFinding[]>
  /** Has each event from now on told. */
  listen: (hear: (event: BrokerEvent) => void) => Promise<void>
  /** Whether it was lost. */
  isClosed: () => boolean
  close: () => Promise<void>
}

/** What a client threw, in words that name the broker and no password. */
export const brokerError = ({ shown }: BrokerUrl, error: unknown): UserError => {
  if (error instanceof UserError) return error
  const { code, message } = error as Error & { code?: string | number }
  return new UserError(
    'broker',
    `the broker at ${shown}: ${words(code, message)}`,
    'see that it is up and exp.broker is right: git config --global exp.broker ADDRESS',
  )
}

const words = (code: string | number | undefined, message: string): string => {
  if (code === 'ECONNREFUSED') return 'connection refused'
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'there is no such host'
  if (/Expected ConnectionOpenOk/.test(message)) return 'it has no such virtual host for this user'
  if (code === 'ETIMEDOUT' || /timed? ?out/i.test(message)) return 'it does not answer'
  if (code === 403 || /ACCESS.REFUSED|WRONGPASS|NOAUTH|invalid.*password/i.test(message)) {
    return 'it does not take the user and password of exp.broker'
  }
  return (message.split('\n')[0] ?? '').replace(/\/\/[^/\s]*@/g, '//').slice(0, 300) || String(code)
}

/** A promise that fails when it takes too long. */
export const within = async <T>(work: Promise<T>, limitMs: number): Promise<T> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('timed out')), limitMs)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

/** So long is waited for each answer of a broker. */
export const BROKER_MS = 10_000
