/**
 * The text with the NaN and Infinity that Python writes as numbers of the same length, for a parser
 * that does not know them; what stands in strings and comments stays.
 */
export const withoutNan = (text: string): string => {
  if (!text.includes('NaN') && !text.includes('Infinity')) return text
  const parts: string[] = []
  let done = 0
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at]
    if (sign === '"') at = stringEnd(text, at)
    else if (sign === '/') at = commentEnd(text, at)
    else if (sign === 'N' || sign === 'I') {
      const word = WORDS.find((name) => text.startsWith(name, at))
      if (word === undefined) continue
      parts.push(text.slice(done, at), '0e'.padEnd(word.length, '0'))
      done = at + word.length
      at = done - 1
    }
  }
  return parts.join('') + text.slice(done)
}

const WORDS = ['NaN', 'Infinity']

/** Where the string that begins at `at` ends; for one that does not, the text. */
const stringEnd = (text: string, from: number): number => {
  let at = from + 1
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at
}

const commentEnd = (text: string, from: number): number => {
  if (text[from + 1] === '/') return endOr(text, text.indexOf('\n', from))
  return text[from + 1] === '*' ? endOr(text, text.indexOf('*/', from + 2)) + 1 : from
}

const endOr = (text: string, at: number): number => (at < 0 ? text.length : at)
