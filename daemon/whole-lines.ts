import type { Readable } from 'node:stream'

/** The lines of a text as they come, without their newlines; what has none at the end is left out. */
export async function* wholeLines(stream: Readable): AsyncGenerator<string, undefined> {
  stream.setEncoding('utf8')
  let rest = ''
  for await (const chunk of stream) {
    const lines = `${rest}${chunk as string}`.split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
}
