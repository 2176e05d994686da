const CHUNK = 256 * 1024

/** Joins the parts of a long input into few large pieces, since each is a call of the system. */
export function* inChunks(parts: Iterable<string | Buffer>): Generator<Buffer> {
  let held: Buffer[] = []
  let size = 0
  for (const part of parts) {
    const bytes = typeof part === 'string' ? Buffer.from(part) : part
    held.push(bytes)
    size += bytes.length
    if (size < CHUNK) continue
    yield Buffer.concat(held)
    held = []
    size = 0
  }
  if (size > 0) yield Buffer.concat(held)
}
