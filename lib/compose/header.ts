import { UserError } from '../errors.ts'

/** What `# @package NAME` in the first comment lines says; null where there is none. */
export const readHeader = (file: string, text: string): string | null => {
  for (const [index, raw] of text.slice(0, HEADER).split('\n').entries()) {
    const line = raw.trim()
    if (line === '') continue
    if (!/^#\s*@/.test(line)) return null
    const [key, value, ...more] = line.replace(/^#+\s*/, '').split(/ +/)
    if (value === undefined || more.length > 0) {
      const what = 'a header is a keyword and one word: # @package _global_'
      throw new UserError('bad-config', `${file}:${index + 1}: ${what}`)
    }
    if (key === '@package') return value
  }
  return null
}

// As much as Hydra looks at.
const HEADER = 512
