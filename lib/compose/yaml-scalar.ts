import type { Atom } from '../params/tree.ts'

/**
 * What a plain word of YAML says to Hydra: YAML 1.1 (`no` is false, `010` is 8, `1:30` is 90)
 * without dates, and with floats such as `1e-5`.
 */
export const yamlScalar = (word: string): Atom => {
  if (NULL.test(word)) return { type: 'null' }
  if (TRUE.test(word)) return { type: 'bool', value: true }
  if (FALSE.test(word)) return { type: 'bool', value: false }
  if (word.length > LONGEST) return { type: 'string', value: word }
  if (FLOAT.test(word)) return { type: 'float', value: floatOf(word) }
  if (INT.test(word)) return { type: 'int', value: intOf(word) }
  return { type: 'string', value: word }
}

const NULL = /^(?:~|null|Null|NULL|)$/
const TRUE = /^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$/
const FALSE = /^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/
const FLOAT = new RegExp(
  [
    '[-+]?[0-9]+(?:_[0-9]+)*\\.[0-9_]*(?:[eE][-+]?[0-9]+)?',
    '[-+]?[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+)',
    '\\.[0-9]+(?:_[0-9]+)*(?:[eE][-+][0-9]+)?',
    '[-+]?[0-9]+(?:_[0-9]+)*(?::[0-5]?[0-9])+\\.[0-9_]*',
    '[-+]?\\.(?:inf|Inf|INF)',
    '\\.(?:nan|NaN|NAN)',
  ]
    .map((form) => `^(?:${form})$`)
    .join('|'),
)
const INT =
  /^[-+]?(?:0b[0-1_]+|0[0-7_]+|0|[1-9][0-9_]*|0x[0-9a-fA-F_]+|[1-9][0-9_]*(?::[0-5]?[0-9])+)$/
// Longer numbers are nobody's, and take time that grows with the square.
const LONGEST = 4300

const floatOf = (word: string): number => {
  const text = word.replaceAll('_', '').toLowerCase()
  if (text.endsWith('nan')) return Number.NaN
  if (text.endsWith('inf')) return text.startsWith('-') ? -Infinity : Infinity
  if (!text.includes(':')) return Number(text)
  const size = text
    .replace(/^[-+]/, '')
    .split(':')
    .reduce((sum, part) => sum * 60 + Number(part), 0)
  return text.startsWith('-') ? -size : size
}

const intOf = (word: string): bigint => {
  const text = word.replaceAll('_', '').replace(/^[-+]/, '')
  const size = text.includes(':')
    ? text.split(':').reduce((sum, part) => sum * 60n + BigInt(part), 0n)
    : BigInt(/^0[0-7]+$/.test(text) ? `0o${text.slice(1)}` : text)
  return word.startsWith('-') ? -size : size
}
