import { DAEMON_MARK } from '../lib/daemon-mark.ts'
import { childrenOf, hasVariable, memoryOf, type ProcessRow, readRow } from './process-table.ts'
import { shrinkHeap } from './shrink-heap.ts'

const FIRST_LOOK_MS = 20
const LONGEST_LOOK_MS = 2000
/** Every so many looks the heap is made small again; the first time half a second after the start. */
const TIDY_LOOKS = 6
/** A run with more processes than this is not remembered whole. */
const MOST_SEEN = 4096

/**
 * Looks at the processes below this one now and then, more seldom the longer it goes on: who they
 * are, so that one which leaves its family, session and environment later is still known, and how
 * much memory they have together.
 */
export class Family {
  #seen = new Map<number, string>()
  #peakBytes = 0
  #timer: NodeJS.Timeout | undefined
  #nextMs = FIRST_LOOK_MS
  #looks = 1

  get peakBytes(): number | null {
    return this.#peakBytes === 0 ? null : this.#peakBytes
  }

  /** Those that were seen, dead ones perhaps among them. */
  seen(): Pick<ProcessRow, 'pid' | 'start'>[] {
    return [...this.#seen].map(([pid, start]) => ({ pid, start }))
  }

  /** Looks at once and then again and again. */
  watch(): void {
    this.look()
    // What starting and looking leave behind is 2 MB of every supervisor.
    if (this.#looks++ % TIDY_LOOKS === 0) shrinkHeap()
    this.#timer = setTimeout(() => this.watch(), this.#nextMs)
    this.#nextMs = Math.min(this.#nextMs * 2, LONGEST_LOOK_MS)
  }

  rest(): void {
    clearTimeout(this.#timer)
    this.#nextMs = FIRST_LOOK_MS
  }

  look(): void {
    const before = this.#seen
    this.#seen = new Map()
    let together = 0
    // Who was seen is looked below even when its parent has died and it is another's child.
    const queue = [...childrenOf(process.pid), ...before.keys()]
    for (let pid = queue.pop(); pid !== undefined; pid = queue.pop()) {
      if (this.#seen.has(pid) || this.#seen.size >= MOST_SEEN) continue
      const row = readRow(pid)
      if (row === null || (before.has(pid) && before.get(pid) !== row.start)) continue
      if (!before.has(pid) && hasVariable(pid, DAEMON_MARK)) continue
      this.#seen.set(pid, row.start)
      const memory = memoryOf(pid)
      together += memory.now
      this.#peakBytes = Math.max(this.#peakBytes, memory.peak)
      queue.push(...childrenOf(pid))
    }
    this.#peakBytes = Math.max(this.#peakBytes, together)
  }
}
