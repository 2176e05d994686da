/** Longer lines, as of binary output, are broken: nothing may wait for an end that never comes. */
const LONGEST_LINE = 64 * 1024
const NEWLINE = 10

/** Passes on what comes: as it is, or, with a name, line by line with the name before each. */
export interface LinePrinter {
  write: (chunk: Buffer) => void
  /** Passes on a last line that has no end. */
  end: () => void
}

export const linePrinter = (name: string | null, print: (text: Buffer) => void): LinePrinter => {
  if (name === null) return { write: print, end: () => {} }
  let rest = Buffer.alloc(0)
  const line = (text: Buffer): void => print(Buffer.concat([Buffer.from(`${name}: `), text]))
  const end = (): void => {
    if (rest.length > 0) line(Buffer.concat([rest, Buffer.from('\n')]))
    rest = Buffer.alloc(0)
  }
  const write = (chunk: Buffer): void => {
    let from = 0
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      line(Buffer.concat([rest, chunk.subarray(from, at + 1)]))
      rest = Buffer.alloc(0)
      from = at + 1
    }
    rest = Buffer.concat([rest, chunk.subarray(from)])
    if (rest.length > LONGEST_LINE) end()
  }
  return { write, end }
}
