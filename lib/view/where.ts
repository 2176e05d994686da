import { nearestName } from '../nearest-name.ts'
import { isKnown } from './row.ts'
import { type Token, whereError, whereTokens } from './where-tokens.ts'

/** A value that a condition compares with. */
export type Operand =
  | { is: 'number'; value: number }
  | { is: 'text'; text: string }
  | { is: 'duration'; seconds: number }

export type Comparison = '=' | '!=' | '<' | '<=' | '>' | '>='

/** A condition on one experiment. */
export type Condition =
  | { is: 'and' | 'or'; parts: Condition[] }
  | { is: 'not'; part: Condition }
  | { is: 'compare'; name: string; how: Comparison; with: Operand }
  | { is: 'in'; name: string; values: Operand[] }
  | { is: 'contains'; name: string; text: string }
  | { is: 'matches'; name: string; pattern: RegExp }
  | { is: 'missing'; name: string }
  | { is: 'mentions'; text: string }

/**
 * Reads a condition: comparisons of names with values, `and`, `or`, `not`, brackets, `in (a, b)`,
 * `contains`, `~` and `!~` for regular expressions, `is null`, `is not null`, `has NAME`; a bare word
 * looks for itself in names, tags and notes. `isKnown` says whether a name means anything.
 * Throws `UserError` with a caret.
 */
export const parseWhere = (text: string, known: Set<string>): Condition => {
  const parser = new Parser(text, known)
  const condition = parser.either()
  parser.end()
  return condition
}

class Parser {
  readonly #text: string
  readonly #known: Set<string>
  readonly #tokens: Token[]
  #at = 0

  constructor(text: string, known: Set<string>) {
    this.#text = text
    this.#known = known
    this.#tokens = whereTokens(text)
  }

  end(): void {
    const token = this.#peek()
    if (token.is !== 'end') throw this.#error(token, 'here “and”, “or” or the end was expected')
  }

  either(): Condition {
    return this.#joined('or', () => this.#joined('and', () => this.#negated()))
  }

  #joined(is: 'and' | 'or', part: () => Condition): Condition {
    const first = part()
    const parts = [first]
    while (this.#takeWord(is)) parts.push(part())
    return parts.length === 1 ? first : { is, parts }
  }

  #negated(): Condition {
    return this.#takeWord('not') ? { is: 'not', part: this.#negated() } : this.#single()
  }

  #single(): Condition {
    if (this.#takeSign('(')) {
      const inner = this.either()
      this.#needSign(')')
      return inner
    }
    if (this.#takeWord('has')) {
      const token = this.#next()
      if (token.is !== 'name') throw this.#error(token, 'a name was expected behind “has”')
      return { is: 'not', part: { is: 'missing', name: token.text } }
    }
    const token = this.#next()
    if (token.is === 'text') return { is: 'mentions', text: token.text }
    if (token.is !== 'name') throw this.#error(token, 'the name of a column was expected')
    return this.#about(token)
  }

  /** What is said of a name; nothing makes it a word to look for. */
  #about(token: Token & { text: string }): Condition {
    const next = this.#peek()
    const name = token.text
    if (next.is === 'sign' && next.text !== '(' && next.text !== ')' && next.text !== ',') {
      this.#check(token)
      this.#next()
      return this.#signed(name, next.text, next)
    }
    if (next.is !== 'word') return { is: 'mentions', text: name }
    const word = next.text.toLowerCase()
    if (word === 'is') return this.#isNull(token)
    if (word === 'contains') {
      this.#check(token)
      this.#next()
      return { is: 'contains', name, text: this.#plainText() }
    }
    const isNegated = word === 'not' && this.#wordAfter() === 'in'
    if (word !== 'in' && !isNegated) return { is: 'mentions', text: name }
    this.#check(token)
    this.#next()
    if (isNegated) this.#next()
    const within: Condition = { is: 'in', name, values: this.#list() }
    return isNegated ? { is: 'not', part: within } : within
  }

  #isNull(token: Token & { text: string }): Condition {
    this.#next()
    const isNegated = this.#takeWord('not')
    if (!this.#takeWord('null')) throw this.#error(this.#peek(), '“null” was expected behind “is”')
    const missing: Condition = { is: 'missing', name: token.text }
    return isNegated ? { is: 'not', part: missing } : missing
  }

  #signed(name: string, sign: string, at: Token): Condition {
    if (sign === '~' || sign === '!~') {
      const matches: Condition = { is: 'matches', name, pattern: this.#pattern() }
      return sign === '~' ? matches : { is: 'not', part: matches }
    }
    const token = this.#peek()
    if (token.is === 'word' && token.text.toLowerCase() === 'null') {
      throw this.#error(at, `for what is missing say: ${name} is null`)
    }
    const how = (sign === '==' ? '=' : sign) as Comparison
    return { is: 'compare', name, how, with: this.#operand() }
  }

  #pattern(): RegExp {
    const token = this.#peek()
    const text = this.#plainText()
    try {
      return new RegExp(text, 'u')
    } catch {
      throw this.#error(token, 'this is no regular expression')
    }
  }

  #list(): Operand[] {
    this.#needSign('(')
    const values = [this.#operand()]
    while (this.#takeSign(',')) values.push(this.#operand())
    this.#needSign(')')
    return values
  }

  #operand(): Operand {
    const token = this.#next()
    switch (token.is) {
      case 'number':
        return { is: 'number', value: token.value }
      case 'duration':
        return { is: 'duration', seconds: token.seconds }
      case 'text':
      case 'name':
        return { is: 'text', text: token.text }
      case 'word':
        if (/^(?:true|false)$/i.test(token.text)) {
          return { is: 'text', text: token.text.toLowerCase() }
        }
    }
    throw this.#error(token, 'a value was expected')
  }

  #plainText(): string {
    const operand = this.#operand()
    if (operand.is === 'text') return operand.text
    return operand.is === 'number' ? String(operand.value) : `${operand.seconds}`
  }

  /** A name that no experiment has is more likely a slip than a question. */
  #check(token: Token & { text: string }): void {
    const name = token.text
    if (isKnown(name, this.#known)) return
    const nearest = nearestName(name, this.#known)
    throw this.#error(
      token,
      `no experiment has “${name}”`,
      nearest === null ? undefined : `did you mean ${nearest}?`,
    )
  }

  #peek(): Token {
    return this.#tokens[this.#at] ?? { is: 'end', at: this.#text.length }
  }

  #next(): Token {
    const token = this.#peek()
    this.#at++
    return token
  }

  #wordAfter(): string | null {
    const token = this.#tokens[this.#at + 1]
    return token?.is === 'word' ? token.text.toLowerCase() : null
  }

  #takeWord(word: string): boolean {
    const token = this.#peek()
    if (token.is !== 'word' || token.text.toLowerCase() !== word) return false
    this.#at++
    return true
  }

  #takeSign(sign: string): boolean {
    const token = this.#peek()
    if (token.is !== 'sign' || token.text !== sign) return false
    this.#at++
    return true
  }

  #needSign(sign: string): void {
    if (!this.#takeSign(sign)) throw this.#error(this.#peek(), `“${sign}” was expected`)
  }

  #error({ at }: Token, problem: string, hint?: string): Error {
    return whereError(this.#text, at, problem, hint)
  }
}
