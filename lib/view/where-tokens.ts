import { UserError } from '../errors.ts'
import { pointed } from '../overrides/override-error.ts'

/** A word of a condition and where it stands in the text. */
export type Token = { at: number } & (
  | { is: 'name' | 'word'; text: string }
  | { is: 'text'; text: string }
  | { is: 'number'; value: number }
  | { is: 'duration'; seconds: number }
  | { is: 'sign'; text: string }
  | { is: 'end' }
)

const WORDS = new Set(['and', 'or', 'not', 'in', 'contains', 'is', 'null', 'has', 'true', 'false'])
const SECONDS: Record<string, number> = { s: 1, m: 60, min: 60, h: 3600, d: 86_400, w: 604_800 }

const TOKEN =
  /\s*(?:(?<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(?<unit>min|[smhdw])?(?![\w.:])|(?<sign>==|!=|<=|>=|!~|[=<>~(),])|"(?<double>(?:[^"\\]|\\.)*)"|'(?<single>[^']*)'|(?<name>[\p{L}\p{N}_@#][\p{L}\p{N}_.:/@+-]*))/uy

/** Cuts a condition into words. Throws `UserError` with a caret where it cannot. */
export const whereTokens = (text: string): Token[] => {
  const tokens: Token[] = []
  TOKEN.lastIndex = 0
  for (;;) {
    const from = TOKEN.lastIndex
    const found = TOKEN.exec(text)?.groups
    if (found === undefined) {
      if (text.slice(from).trim() === '') return [...tokens, { is: 'end', at: text.length }]
      const at = from + (text.slice(from).length - text.slice(from).trimStart().length)
      throw whereError(text, at, 'this is no part of a condition')
    }
    const at = from + (text.slice(from).length - text.slice(from).trimStart().length)
    tokens.push(tokenOf(found, at))
  }
}

const tokenOf = (found: Record<string, string | undefined>, at: number): Token => {
  if (found.number !== undefined) {
    const value = Number(found.number)
    if (found.unit === undefined) return { is: 'number', value, at }
    return { is: 'duration', seconds: value * (SECONDS[found.unit] ?? 1), at }
  }
  if (found.sign !== undefined) return { is: 'sign', text: found.sign, at }
  if (found.double !== undefined) {
    return { is: 'text', text: found.double.replace(/\\(.)/g, '$1'), at }
  }
  if (found.single !== undefined) return { is: 'text', text: found.single, at }
  const text = found.name ?? ''
  return { is: WORDS.has(text.toLowerCase()) ? 'word' : 'name', text, at }
}

/** What is wrong, with a caret under the place. */
export const whereError = (
  text: string,
  at: number,
  problem: string,
  hint = "for example: --where 'state = failed or acc > 0.9 and lr is null'",
): UserError => new UserError('bad-condition', `${problem}\n${pointed(text, at)}`, hint)
