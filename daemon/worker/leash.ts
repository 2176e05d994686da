import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'

/** What the Celery task sends first. */
export interface Order {
  /** The Celery worker's name, `gpu0@host`. */
  node: string
  /** How often the message has come back because no worker could do anything with it, or it was too early. */
  retries: number
  /** The message's keyword arguments, as they came. */
  payload: Record<string, unknown>
}

/** What is said to the Celery task, a line of JSON each; `worker/gitexp_worker.py` has the other end. */
export type Said = { log: string; attempt: number } | { pause: string }

/**
 * The pipes between this program and the Celery task that started it. When the task's process is gone,
 * in whatever way, stdin ends: then `cut` is given, and nothing may run any longer.
 */
export interface Leash {
  order: Promise<Order | null>
  cut: AbortSignal
  say: (said: Said) => void
  /** Whether another worker tells that it runs this experiment. */
  isHeldBy: (node: string) => Promise<boolean>
}

export const openLeash = (input: Readable, output: Writable): Leash => {
  const cut = new AbortController()
  const waiting: ((line: string | null) => void)[] = []
  const lines: string[] = []
  const next = (): Promise<string | null> => {
    const line = lines.shift()
    if (line !== undefined) return Promise.resolve(line)
    if (cut.signal.aborted) return Promise.resolve(null)
    return new Promise((resolve) => waiting.push(resolve))
  }
  const reader = createInterface({ input })
  reader.on('line', (line) => {
    const first = waiting.shift()
    if (first === undefined) lines.push(line)
    else first(line)
  })
  reader.on('close', () => {
    cut.abort()
    for (const resolve of waiting.splice(0)) resolve(null)
  })
  output.on('error', () => {})
  const write = (what: object): void => {
    output.write(`${JSON.stringify(what)}\n`)
  }
  return {
    order: next().then((line) => (line === null ? null : (JSON.parse(line) as Order))),
    cut: cut.signal,
    say: write,
    isHeldBy: async (node) => {
      write({ ask: node })
      const answer = await next()
      return answer !== null && (JSON.parse(answer) as { holds?: unknown }).holds === true
    },
  }
}
