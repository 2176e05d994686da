import { isoTime } from '../lib/clock.ts'

/** One line an event on stderr, which whoever started the daemon has pointed somewhere. */
export const note = (event: string, facts: Record<string, string | number | null> = {}): void => {
  const pairs = Object.entries(facts).map(([key, value]) => ` ${key}=${JSON.stringify(value)}`)
  process.stderr.write(`${isoTime(Date.now())} ${event}${pairs.join('')}\n`)
}
