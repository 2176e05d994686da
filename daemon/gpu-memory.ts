import { execFile } from 'node:child_process'

const FIRST_LOOK_MS = 1000
const LONGEST_LOOK_MS = 15_000
/** A driver that hangs is given up for this look. */
const LIMIT_MS = 10_000
const QUERY = ['--query-compute-apps=pid,used_memory', '--format=csv,noheader,nounits']
/** What `used_memory` counts in. */
const MIB = 2 ** 20

/**
 * How much of GPUs' memory the processes of a run have together at most: `nvidia-smi` is asked now
 * and then, more seldom the longer it goes on. Null where it says nothing of them.
 */
export class GpuMemory {
  peakBytes: number | null = null
  #timer: NodeJS.Timeout | undefined
  #nextMs = FIRST_LOOK_MS
  #isResting = true

  /** `pids` are those of the run at the time of each look. */
  watch(pids: () => Set<number>): void {
    this.#isResting = false
    this.#timer = setTimeout(() => {
      execFile(
        'nvidia-smi',
        QUERY,
        { cwd: '/', timeout: LIMIT_MS, killSignal: 'SIGKILL' },
        (error, text) => {
          if (error === null) this.#note(usedBytes(text, pids()))
          // Where there is none now there will be none later.
          if (error?.code !== 'ENOENT' && !this.#isResting) this.watch(pids)
        },
      )
    }, this.#nextMs)
    this.#nextMs = Math.min(this.#nextMs * 2, LONGEST_LOOK_MS)
  }

  rest(): void {
    this.#isResting = true
    clearTimeout(this.#timer)
    this.#nextMs = FIRST_LOOK_MS
  }

  #note(bytes: number | null): void {
    if (bytes !== null) this.peakBytes = Math.max(this.peakBytes ?? 0, bytes)
  }
}

/** Bytes that these processes have by lines such as `4321, 512`; null if none is theirs. */
export const usedBytes = (text: string, pids: Set<number>): number | null => {
  const own = [...text.matchAll(/^\s*(\d+)\s*,\s*(\d+)\s*$/gm)].filter(([, pid]) =>
    pids.has(Number(pid)),
  )
  return own.length === 0 ? null : own.reduce((sum, [, , mib]) => sum + Number(mib) * MIB, 0)
}
