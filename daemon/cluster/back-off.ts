const FIRST_MS = 1000
const LONGEST_MS = 60_000

/** When what failed may be tried again: 1 s after, 2 s, 4 s and so on up to a minute. */
export class BackOff {
  readonly #waits = new Map<string, { tries: number; until: number }>()

  mayTry(what: string, now: number): boolean {
    return (this.#waits.get(what)?.until ?? 0) <= now
  }

  failed(what: string, now: number): void {
    const tries = (this.#waits.get(what)?.tries ?? 0) + 1
    this.#waits.set(what, { tries, until: now + Math.min(LONGEST_MS, FIRST_MS * 2 ** (tries - 1)) })
  }

  /** Says whether it had failed before. */
  worked(what: string): boolean {
    return this.#waits.delete(what)
  }

  /** When the first of those that are still to wait may be tried; infinite if there is none. */
  nextAt(now: number): number {
    const waits = [...this.#waits.values()].filter(({ until }) => until > now)
    return Math.min(Number.POSITIVE_INFINITY, ...waits.map(({ until }) => until))
  }
}
