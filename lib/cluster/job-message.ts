import { UserError } from '../errors.ts'
import { nameProblem } from '../names.ts'
import { isUuid } from '../uuid.ts'
import { isSignedBy, signatureOf } from './sign.ts'

/** The one task that workers know. */
export const TASK = 'gitexp.run'
const VERSION = 1

/** What a worker is told of a job; all else is in the snapshot. */
export interface JobPayload {
  /** The experiment's id. */
  exp: string
  name: string
  /** Oids. */
  snapshot: string
  baseline: string
  /** A URL without credentials. */
  remote: string
  /** In seconds; null for none. */
  timeout: number | null
}

/** Celery's task message, protocol 2: what is the same for every broker. */
export interface TaskMessage {
  /** Of the message. It is the experiment's, but for what is submitted again. */
  id: string
  queue: string
  /** From -100 to 100, higher first. */
  priority: number
  headers: Record<string, unknown>
  /** JSON: `[args, kwargs, embed]`. */
  body: string
}

/**
 * The message that submits a job. `id` is the task's: workers remember for hours which ids were revoked,
 * so what is submitted again needs another one. Only the experiment's name shows in logs and events.
 */
export const jobMessage = (
  payload: JobPayload,
  { id, queue, priority, key }: { id: string; queue: string; priority: number; key: Buffer },
): TaskMessage => {
  const { exp, name, snapshot, baseline, remote, timeout } = payload
  const signed = { v: VERSION, exp, name, snapshot, baseline, remote, timeout }
  const kwargs = { ...signed, signature: signatureOf(signed, key) }
  return {
    id,
    queue,
    priority,
    headers: {
      lang: 'js',
      task: TASK,
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
      argsrepr: name,
      kwargsrepr: name,
      origin: 'git-exp',
      ignore_result: false,
    },
    body: JSON.stringify([
      [],
      kwargs,
      { callbacks: null, errbacks: null, chain: null, chord: null },
    ]),
  }
}

/**
 * Reads what a worker received, its keyword arguments. Throws `UserError` with what is wrong: a message
 * may come from anybody who can reach the broker.
 */
export const readPayload = (kwargs: unknown, key: Buffer): JobPayload => {
  if (typeof kwargs !== 'object' || kwargs === null) throw refusal('is no message of git exp')
  const { signature, ...signed } = kwargs as Record<string, unknown>
  if (signed.v !== VERSION) {
    throw refusal(`is of version ${JSON.stringify(signed.v)}, and this git exp reads ${VERSION}`)
  }
  if (typeof signature !== 'string' || !isSignedBy(signed, signature, key)) {
    throw refusal('is not signed with this cluster’s key (exp.clusterKey)')
  }
  const { exp, name, snapshot, baseline, remote, timeout } = signed
  const isWhole =
    typeof exp === 'string' &&
    isUuid(exp) &&
    typeof name === 'string' &&
    nameProblem(name) === null &&
    isOid(snapshot) &&
    isOid(baseline) &&
    typeof remote === 'string' &&
    (timeout === null || (typeof timeout === 'number' && timeout > 0))
  if (!isWhole) throw refusal('lacks something')
  return { exp, name, snapshot, baseline, remote, timeout } as JobPayload
}

const isOid = (value: unknown): boolean =>
  typeof value === 'string' && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(value)

const refusal = (what: string): UserError => new UserError('remote', `the message ${what}`)
