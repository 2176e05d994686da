import { floatText } from '../../overrides/float-text.ts'
import { type Data, isMapping, type Key } from '../data.ts'

/** A value within a text, spelled as Python's `str` does it: `True`, `None`, `1e-05`. */
export const pythonText = (data: Data): string => (typeof data === 'string' ? data : shown(data))

const shown = (data: Data | Key): string => {
  if (data === null) return 'None'
  if (typeof data === 'boolean') return data ? 'True' : 'False'
  if (typeof data === 'number') return floatText(data)
  if (typeof data === 'string') return quoted(data)
  if (typeof data === 'bigint') return String(data)
  if (!isMapping(data)) return `[${data.map(shown).join(', ')}]`
  return `{${[...data].map(([key, item]) => `${shown(key)}: ${shown(item)}`).join(', ')}}`
}

const quoted = (text: string): string => {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'"
  const inner = text
    .replaceAll('\\', '\\\\')
    .replaceAll('\n', '\\n')
    .replaceAll('\t', '\\t')
    .replaceAll(quote, `\\${quote}`)
  return quote + inner + quote
}
