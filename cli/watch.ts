import { setTimeout as wait } from 'node:timers/promises'
import { EXIT } from '../lib/errors.ts'
import { repaint } from './repaint.ts'

/** What there is to see at one look. */
export interface Look {
  text: string
  /** Whether it will change no more. */
  isOver: boolean
}

const PAUSE_MS = 500
/** A look over thousands takes a while; no more than a fifth of the time goes into it. */
const PAUSE_FACTOR = 4

/** Shows each look in the place of the one before, until it is over or ^C is typed. */
export const watch = async (look: () => Promise<Look>): Promise<number> => {
  const screen = repaint(process.stdout)
  const interrupt = new AbortController()
  const stop = (): void => interrupt.abort()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop)
  try {
    for (;;) {
      const before = performance.now()
      const { text, isOver } = await look()
      screen.show(text)
      if (isOver) return EXIT.done
      const took = performance.now() - before
      const pause = Math.max(PAUSE_MS, PAUSE_FACTOR * took)
      await wait(pause, null, { signal: interrupt.signal }).catch(() => {})
      if (interrupt.signal.aborted) return EXIT.interrupted
    }
  } finally {
    screen.end()
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, stop)
  }
}
