import {
  appendFileSync,
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'

/**
 * A run's log of bounded size: its head in the file itself; what comes after in two files beside it
 * that take turns, so that the tail is kept; put together, with a mark where something was cut, by
 * `close` or, when the supervisor died, by `joinLog`.
 */
export class RunLog {
  readonly #file: string
  readonly #headBytes: number
  readonly #tailBytes: number
  #written = 0
  #fd: number
  #tailWritten = 0
  #isInTail = false
  /** What a full disk has cost so far and is not said yet. */
  #lost = 0

  constructor(file: string, maxBytes: number) {
    this.#file = file
    this.#headBytes = Math.floor(maxBytes / 2)
    this.#tailBytes = Math.max(1, Math.floor(maxBytes / 4))
    this.#fd = openSync(file, 'a', 0o600)
  }

  /** A line of ours among the command's. */
  say(text: string): void {
    this.write(Buffer.from(`${OUR_PREFIX}${text}\n`))
  }

  write(chunk: Buffer): void {
    let rest = chunk
    while (rest.length > 0) {
      const room = this.#isInTail
        ? this.#tailBytes - this.#tailWritten
        : this.#headBytes - this.#written
      if (room <= 0) {
        this.#turn()
        continue
      }
      this.#put(rest.subarray(0, room))
      rest = rest.subarray(room)
    }
  }

  close(): void {
    this.#sayLost()
    closeSync(this.#fd)
    if (!this.#isInTail) return
    try {
      joinLog(this.#file)
    } catch (error) {
      // The parts stay beside the log, and the daemon puts them together.
      if (!isDiskFull(error)) throw error
    }
  }

  #put(part: Buffer): void {
    if (this.#isInTail) this.#tailWritten += part.length
    else this.#written += part.length
    this.#sayLost()
    // A full disk costs lines of the log, never the run; the loss is said once there is room.
    this.#lost += part.length - writeWhatFits(this.#fd, part)
  }

  #sayLost(): void {
    if (this.#lost === 0) return
    const text = `\n${OUR_PREFIX}here ${this.#lost} bytes were lost: the disk was full\n`
    if (writeWhatFits(this.#fd, Buffer.from(text)) > 0) this.#lost = 0
  }

  #turn(): void {
    const { older, newer, count } = tailFiles(this.#file)
    this.#tailWritten = 0
    try {
      if (this.#isInTail) {
        appendFileSync(count, '.', { mode: 0o600 })
        // A file that replaces another is written to the disk at once, and here for nothing.
        rmSync(older, { force: true })
        renameSync(newer, older)
      }
      const next = openSync(newer, 'w', 0o600)
      closeSync(this.#fd)
      this.#fd = next
      this.#isInTail = true
    } catch (error) {
      if (!isDiskFull(error)) throw error
      // Where there is no room for another file, this one goes on.
      this.#written = 0
    }
  }
}

/** Writes to a file until the disk is full; gives back how many bytes there was room for. */
const writeWhatFits = (fd: number, part: Buffer): number => {
  let done = 0
  try {
    while (done < part.length) done += writeSync(fd, part, done)
  } catch (error) {
    if (!isDiskFull(error)) throw error
  }
  return done
}

export const isDiskFull = (error: unknown): boolean =>
  ['ENOSPC', 'EDQUOT'].includes(String((error as NodeJS.ErrnoException).code))

export const OUR_PREFIX = '[git exp] '

/** Puts head and tail together where a log was longer than allowed. */
export const joinLog = (file: string): void => {
  const { older, newer, count } = tailFiles(file)
  if (!existsSync(newer)) return
  // All full parts are of one size; of those, but for the last, none is left.
  const turns = existsSync(count) ? readFileSync(count).length : 0
  const full = existsSync(older) ? older : newer
  const cut = turns > 1 ? (turns - 1) * statSync(full).size : 0
  const fd = openSync(file, 'a', 0o600)
  try {
    if (cut > 0) writeSync(fd, `\n${OUR_PREFIX}here ${cut} bytes of the log were cut out\n`)
    for (const tail of [older, newer]) if (existsSync(tail)) writeSync(fd, readFileSync(tail))
  } finally {
    closeSync(fd)
  }
  for (const extra of [older, newer, count]) rmSync(extra, { force: true })
}

const tailFiles = (file: string): { older: string; newer: string; count: string } => ({
  older: `${file}.older`,
  newer: `${file}.newer`,
  count: `${file}.turns`,
})
