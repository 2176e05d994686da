import type { Value } from './override.ts'
import { OverrideError } from './override-error.ts'
import { longestInt, scalarOf } from './scalar.ts'

/** A run of unquoted text: `a b/${c}`, `1e-3`. */
export interface Word {
  end: number
  value: Value
  /** It could be the name of a function or of an argument. */
  isName: boolean
}

/** Reads the word of a value at `start`; an empty one where none begins. */
export const readWord = (text: string, start: number): Word => read(text, start, true)

/** Reads the word of a dict's key, where `:` ends it and an interpolation cannot stand. */
export const readKeyWord = (text: string, start: number): Word => read(text, start, false)

export const skipBlanks = (text: string, start: number): number => {
  let at = start
  while (text[at] === ' ' || text[at] === '\t') at++
  return at
}

const PLAIN = /[\w/+.%*@?|-]+/y
const ESCAPABLE = '\\()[]{}:=, \t'
const ENDS_BLANKS = ',()[]{}=\'"'

const read = (text: string, start: number, isValue: boolean): Word => {
  let at = start
  let end = start
  let copied = start
  let decoded = ''
  while (at < text.length) {
    const c = text.charAt(at)
    if (c === ' ' || c === '\t') {
      const next = skipBlanks(text, at)
      if (next === text.length) {
        return word(text, start, end, decoded + text.slice(copied, end), next)
      }
      if (ENDS_BLANKS.includes(text.charAt(next)) || (!isValue && text[next] === ':')) break
      at = next
      continue
    }
    if (c === '\\' && ESCAPABLE.includes(text[at + 1] ?? 'x')) {
      decoded += text.slice(copied, at) + text[at + 1]
      at += 2
      copied = at
    } else if (c === '$' && text[at + 1] === '{') {
      const close = interpolationEnd(text, at)
      if (close !== null && !isValue) break
      at = close ?? at + 1
    } else if (c === '\\' || c === '$') {
      at++
    } else if (c === ':' && isValue) {
      // The blanks around a colon belong to it, so that `a : b` stays as it was typed.
      at = skipBlanks(text, at + 1)
    } else {
      PLAIN.lastIndex = at
      if (!PLAIN.test(text)) break
      at = PLAIN.lastIndex
    }
    end = at
  }
  return word(text, start, end, decoded + text.slice(copied, end), end)
}

/** Past the first `}`: what nests braces must be quoted. */
const interpolationEnd = (text: string, start: number): number | null => {
  const close = text.indexOf('}', start + 2)
  return close > start + 2 ? close + 1 : null
}

const word = (text: string, start: number, end: number, decoded: string, next: number): Word => {
  const raw = text.slice(start, end)
  if (raw.length > longestInt && /^[+-]?[0-9_]+$/.test(raw)) {
    const rule = `a whole number may have ${longestInt} digits at most`
    throw new OverrideError({ argument: text, position: start, fault: 'syntax', rule })
  }
  const value: Value =
    raw === decoded ? scalarOf(raw) : { type: 'string', value: decoded, quote: null }
  const isName = value.type === 'string' && raw === decoded && /^[A-Za-z_][\w-]*$/.test(raw)
  return { end: next, value, isName }
}
