import { badFile } from '../bad-file.ts'

export interface Token {
  type: 'name' | 'number' | 'string' | 'sign'
  text: string
  start: number
  end: number
}

/** A logical line: what brackets or a backslash continue is part of it. */
export interface Line {
  /** How far it is indented, a tab up to the next multiple of eight. */
  indent: number
  tokens: Token[]
}

/** The logical lines of a Python file that are more than a comment. */
export const linesOf = (file: string, text: string): Line[] => {
  const lines: Line[] = []
  let line: Line | null = null
  let depth = 0
  let at = 0
  while (at < text.length) {
    const blank = match(BLANK, text, at)
    if (blank !== null) {
      at += blank.length
      continue
    }
    if (text[at] === '\n' || text[at] === '\r') {
      if (depth === 0) line = null
      at += 1
      continue
    }
    const token = tokenAt(file, text, at)
    if (line === null) {
      line = { indent: indentOf(text, at), tokens: [] }
      lines.push(line)
    }
    line.tokens.push(token)
    at = token.end
    if ('([{'.includes(token.text)) depth += 1
    if (')]}'.includes(token.text)) depth -= 1
    if (depth > DEEPEST) throw badFile(file, text, token.start, 'nested too deeply to be read')
    if (depth < 0) throw badFile(file, text, token.start, `${token.text} closes nothing`)
  }
  if (depth > 0) throw badFile(file, text, text.length, 'a bracket is still open at the end')
  return lines
}

// Python's own limit.
const DEEPEST = 200

const BLANK = /(?:[ \t\f]|#[^\n\r]*|\\\r?\n)+/y
const STRING = new RegExp(
  // Each loop takes a whole run of letters, or a long docstring would fill the stack.
  `[a-z]{0,2}(?:${[
    String.raw`"""[^"\\]*(?:(?:\\[^]|"{1,2}(?!"))[^"\\]*)*"""`,
    String.raw`'''[^'\\]*(?:(?:\\[^]|'{1,2}(?!'))[^'\\]*)*'''`,
    String.raw`"[^"\\\n]*(?:\\[^][^"\\\n]*)*"`,
    String.raw`'[^'\\\n]*(?:\\[^][^'\\\n]*)*'`,
  ].join('|')})`,
  'iy',
)
const NUMBER =
  /0[xob][0-9a-f_]+|(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9][0-9_]*)(?:e[-+]?[0-9_]+)?j?/iy
const NAME = /[\p{L}_][\p{L}\p{N}\p{M}_]*/uy
const SIGN = /\*\*=?|\/\/=?|>>=?|<<=?|[-+*/%@&|^=!<>:]=|->|\S/uy

const tokenAt = (file: string, text: string, start: number): Token => {
  for (const [type, pattern] of PATTERNS) {
    const found = match(pattern, text, start)
    if (found === null) continue
    // A quote that no string begins with is one that is not closed.
    if (type === 'sign' && /["']/.test(found)) break
    return { type, text: found, start, end: start + found.length }
  }
  throw badFile(file, text, start, 'a string is not closed')
}

const PATTERNS: [Token['type'], RegExp][] = [
  ['string', STRING],
  ['number', NUMBER],
  ['name', NAME],
  ['sign', SIGN],
]

const match = (pattern: RegExp, text: string, at: number): string | null => {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? null
}

const indentOf = (text: string, at: number): number => {
  let indent = 0
  for (const sign of text.slice(text.lastIndexOf('\n', at - 1) + 1, at)) {
    indent = sign === '\t' ? indent + 8 - (indent % 8) : indent + 1
  }
  return indent
}
