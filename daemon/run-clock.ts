// Node's timers hold no more than 24 days.
const DAY_MS = 86_400_000

/**
 * How long a run has run. It counts the monotonic clock, which stands still while a laptop sleeps,
 * and does not count what the run was paused.
 */
export class RunClock {
  /** Resolves when the time is over; never without a limit. */
  readonly over: Promise<void>
  readonly #limitMs: number | null
  #end: () => void = () => {}
  #countedMs = 0
  #since: number | null = performance.now()
  #timer: NodeJS.Timeout | undefined

  constructor(limitMs: number | null) {
    this.#limitMs = limitMs
    this.over = new Promise((resolve) => {
      this.#end = resolve
    })
    this.#wait()
  }

  get ranMs(): number {
    return this.#countedMs + (this.#since === null ? 0 : performance.now() - this.#since)
  }

  pause(): void {
    this.#countedMs = this.ranMs
    this.#since = null
    clearTimeout(this.#timer)
  }

  resume(): void {
    this.#since ??= performance.now()
    this.#wait()
  }

  /** Without this its timer would keep the process alive. */
  cancel(): void {
    clearTimeout(this.#timer)
  }

  #wait(): void {
    if (this.#limitMs === null) return
    clearTimeout(this.#timer)
    const left = this.#limitMs - this.ranMs
    if (left <= 0) this.#end()
    else this.#timer = setTimeout(() => this.#wait(), Math.min(left, DAY_MS))
  }
}
