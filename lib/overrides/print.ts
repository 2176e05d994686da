import { floatText } from './float-text.ts'
import type { Override, Value } from './override.ts'
import { quoteText } from './quoted-text.ts'
import { readKeyWord, readWord } from './read-word.ts'

/** The argument that says this override: `parseOverride` gives back what was printed. */
export const printOverride = (override: Omit<Override, 'text'>): string => {
  const { operation, file, path, value } = override
  const group = override.package === undefined ? '' : `@${override.package}`
  const key = `${prefixes[operation]}${path.join('.')}${group}`
  return `${file === null ? '' : printFile(file)}${key}${printAssignment(operation, value)}`
}

/** A value as the grammar spells it; text is quoted if it was, or if it would be read as more. */
export const printValue = (value: Value): string => {
  switch (value.type) {
    case 'null':
      return 'null'
    case 'bool':
    case 'int':
      return String(value.value)
    case 'float':
      return floatText(value.value)
    case 'string':
      return printText(value.value, value.quote)
    case 'list':
      return `[${value.items.map(printValue).join(',')}]`
    case 'dict':
      return `{${value.entries.map(([key, held]) => `${printKey(key)}:${printValue(held)}`).join(',')}}`
  }
}

const prefixes = {
  change: '',
  add: '+',
  'force-add': '++',
  delete: '~',
  'extend-list': '',
} as const

// A file that begins with a prefix would be read as one.
const printFile = (file: string): string => `${/^[+~]/.test(file) ? './' : ''}${file}:`

const printAssignment = (operation: Override['operation'], value: Value | null): string => {
  if (value === null) return ''
  const text = printValue(value)
  return operation === 'extend-list' ? `=extend_list(${text.slice(1, -1)})` : `=${text}`
}

const printText = (text: string, quote: 'single' | 'double' | null): string => {
  if (quote !== null) return quoteText(text, quote === 'single' ? "'" : '"')
  if (text !== '' && !/^[ \t]|[ \t]$/.test(text)) {
    // A backslash at the end would escape what comes next.
    const { end, value } = readWord(`${text},`, 0)
    if (end === text.length && value.type === 'string' && value.value === text) return text
  }
  return quoteText(text, text.includes("'") && !text.includes('"') ? '"' : "'")
}

/**
 * A dict's key can't be quoted, so what has a meaning in it gets a backslash. A key that the
 * grammar has no spelling for (it may come from a file) is quoted, for people to read.
 */
const printKey = (key: Value): string => {
  if (key.type !== 'string') return printValue(key)
  const text = key.value.replace(/[\\()[\]{}:=, \t]/g, '\\$&')
  const plain = isKey(key.value, key.value) ? key.value : text
  return isKey(plain, key.value) ? plain : quoteText(key.value, "'")
}

const isKey = (text: string, meant: string): boolean => {
  const { end, value } = readKeyWord(`${text}:`, 0)
  return text !== '' && end === text.length && value.type === 'string' && value.value === meant
}
