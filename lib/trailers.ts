/** JSON on one line of ASCII, so that no text can forge a trailer or break its line [R11]. */
export const asciiJson = (value: unknown): string =>
  JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

export type Trailer = [key: string, value: unknown]

export const printMessage = (subject: string, trailers: Trailer[]): string =>
  [
    subject.replace(/[\r\n\0]+/g, ' '),
    '',
    ...trailers.map(([key, value]) => `${key}: ${asciiJson(value)}`),
    '',
  ].join('\n')

/**
 * The trailers of a commit's message: the lines of its last paragraph whose key starts with `Exp-`.
 * A value that is no JSON is left out, a key that comes twice keeps all its values in order.
 */
export const parseTrailers = (message: string): Map<string, unknown[]> => {
  const paragraph =
    message
      .trimEnd()
      .split(/\n[ \t]*\n/)
      .at(-1) ?? ''
  const found = new Map<string, unknown[]>()
  for (const line of paragraph.split('\n')) {
    const match = /^(Exp-[A-Za-z]+): (.*)$/.exec(line)
    if (match === null) continue
    const [, key = '', text = ''] = match
    const value = parseJson(text)
    if (value !== undefined) found.set(key, [...(found.get(key) ?? []), value])
  }
  return found
}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
