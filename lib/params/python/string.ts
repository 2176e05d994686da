/** What a string literal says; null for bytes and f-strings, and for names of signs. */
export const decoded = (source: string): string | null => {
  const [, prefix = '', quotes = ''] = /^([a-z]*)("""|'''|"|')/i.exec(source) ?? []
  if (/[bft]/i.test(prefix)) return null
  const body = source.slice(prefix.length + quotes.length, -quotes.length).replaceAll('\r\n', '\n')
  if (/r/i.test(prefix)) return body
  if (/(?<!\\)(?:\\\\)*\\N/.test(body)) return null
  return body.replace(ESCAPE, (all, octal, hex, sign) => {
    if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8))
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex.slice(1), 16))
    return SIGNS.get(sign) ?? all
  })
}

const ESCAPE =
  /\\(?:([0-7]{1,3})|(x[\da-fA-F]{2}|u[\da-fA-F]{4}|U(?:000[\da-fA-F]|0010)[\da-fA-F]{4})|([\s\S]))/g

const SIGNS = new Map([
  ['\n', ''],
  ['\\', '\\'],
  ["'", "'"],
  ['"', '"'],
  ['a', '\u0007'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
])
