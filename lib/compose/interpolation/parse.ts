import { type Argument, type Interpolation, InterpolationError, type Part } from './parts.ts'

/** Takes a value's text apart; `\${` is a plain `${`. Throws `InterpolationError`. */
export const parseText = (text: string): Part[] => new Reader(text).text()

/** Reads what `oc.decode` is given: one value. */
export const parseArgument = (text: string): Argument => new Reader(text).only()

const KEY = /[^\\{}()[\]:. \t'"$]+/y
const NAME = /[A-Za-z_][\w-]*/y
const WORD = /(?:[\w/\-+.%*@?|:]|\$(?!\{)|[^\0-\x7f])+/y
// Nesting is recursion here; the values of a config have a few levels at most.
const MOST_NESTED = 100

class Reader {
  readonly #text: string
  #at = 0
  #depth = 0

  constructor(text: string) {
    this.#text = text
  }

  text(): Part[] {
    const parts = this.#until(null)
    return parts.length === 0 ? [''] : parts
  }

  only(): Argument {
    this.#blanks()
    const argument = this.#argument()
    this.#blanks()
    if (this.#at < this.#text.length) throw this.#wrong()
    return argument
  }

  /** Text up to a closing quote, or all of it. Backslashes before `${` are halved, and hide it if odd. */
  #until(quote: string | null): Part[] {
    const parts: Part[] = []
    let plain = ''
    while (this.#at < this.#text.length) {
      const rest = this.#text.slice(this.#at, this.#at + 2)
      const slashes = this.#match(/\\+/y)
      if (slashes !== '') {
        const isBefore = this.#is('${') || (quote !== null && this.#is(quote))
        plain += isBefore ? slashes.slice(0, Math.floor(slashes.length / 2)) : slashes
        if (isBefore && slashes.length % 2 === 1) {
          const hidden = this.#is('${') ? '${' : (quote ?? '')
          plain += hidden
          this.#at += hidden.length
        }
        continue
      }
      if (quote !== null && rest.startsWith(quote)) break
      if (rest === '${') {
        if (plain !== '') parts.push(plain)
        plain = ''
        parts.push(this.#interpolation())
        continue
      }
      plain += rest[0] ?? ''
      this.#at += 1
    }
    if (plain !== '') parts.push(plain)
    return parts
  }

  #interpolation(): Interpolation {
    if (++this.#depth > MOST_NESTED) throw new InterpolationError('nested too deeply')
    const start = this.#at
    this.#at += 2
    this.#blanks()
    const found = this.#resolver() ?? this.#node()
    this.#expect('}')
    this.#depth -= 1
    return { ...found, text: this.#text.slice(start, this.#at) }
  }

  #node() {
    const dots = this.#match(/\.*/y).length
    const keys = [this.#is('[') ? this.#bracketed() : this.#key()]
    for (;;) {
      if (this.#is('[')) keys.push(this.#bracketed())
      else if (this.#is('.')) {
        this.#at += 1
        keys.push(this.#key())
      } else break
    }
    this.#blanks()
    return { is: 'node' as const, dots, keys }
  }

  #bracketed(): Part[] {
    this.#expect('[')
    const key = this.#key()
    this.#expect(']')
    return key
  }

  #key(): Part[] {
    if (this.#is('${')) return [this.#interpolation()]
    const key = this.#match(KEY)
    if (key === '') throw this.#wrong()
    return [key]
  }

  /** Null, and nothing read, if no `name:` stands here. */
  #resolver() {
    const start = this.#at
    const name: Part[] = []
    for (;;) {
      const part = this.#is('${') ? this.#interpolation() : this.#match(NAME)
      if (part === '') break
      name.push(part)
      if (!this.#is('.')) break
      name.push('.')
      this.#at += 1
    }
    this.#blanks()
    if (!this.#is(':')) {
      this.#at = start
      return null
    }
    this.#at += 1
    this.#blanks()
    const args = this.#is('}') ? [] : this.#sequence('}')
    return { is: 'resolver' as const, name, args }
  }

  #sequence(end: string): Argument[] {
    const items: Argument[] = []
    for (;;) {
      this.#blanks()
      // An item left out is empty text, as OmegaConf has it.
      const isEmpty = this.#is(',') || this.#is(end)
      items.push(isEmpty ? { is: 'quoted', parts: [''] } : this.#argument())
      this.#blanks()
      if (!this.#is(',')) return items
      this.#at += 1
    }
  }

  #argument(): Argument {
    if (++this.#depth > MOST_NESTED) throw new InterpolationError('nested too deeply')
    const argument = this.#bracket() ?? this.#quoted() ?? this.#word()
    this.#depth -= 1
    return argument
  }

  #bracket(): Argument | null {
    if (this.#is('[')) {
      this.#at += 1
      this.#blanks()
      const items = this.#is(']') ? [] : this.#sequence(']')
      this.#expect(']')
      return { is: 'list', items }
    }
    if (!this.#is('{')) return null
    this.#at += 1
    const entries: [Argument, Argument][] = []
    this.#blanks()
    while (!this.#is('}')) {
      const key = this.#word(true)
      this.#expect(':')
      this.#blanks()
      entries.push([key, this.#argument()])
      this.#blanks()
      if (!this.#is(',')) break
      this.#at += 1
      this.#blanks()
    }
    this.#expect('}')
    return { is: 'dict', entries }
  }

  #quoted(): Argument | null {
    const quote = this.#is("'") ? "'" : this.#is('"') ? '"' : null
    if (quote === null) return null
    this.#at += 1
    const parts = this.#until(quote)
    this.#expect(quote)
    return { is: 'quoted', parts }
  }

  #word(isKey = false): Argument {
    const parts: Part[] = []
    for (;;) {
      if (this.#is('${')) parts.push(this.#interpolation())
      else if (/^\\[\\()[\]{}:=, \t]/.test(this.#text.slice(this.#at, this.#at + 2))) {
        parts.push(this.#text[this.#at + 1] ?? '')
        this.#at += 2
      } else {
        const word = isKey ? this.#match(/[\w/\-+.$%*@?|]+/y) : this.#match(WORD)
        const blanks = word === '' ? this.#match(/[ \t]+(?=[^ \t,\]}:])/y) : ''
        const slash = word === '' && blanks === '' ? this.#match(/\\/y) : ''
        if (word + blanks + slash === '') break
        parts.push(word + blanks + slash)
      }
    }
    this.#blanks()
    if (parts.length === 0) throw this.#wrong()
    const isPlain = parts.every((part) => typeof part === 'string')
    return { is: 'word', parts: isPlain ? [parts.join('')] : parts }
  }

  #blanks(): void {
    this.#match(/[ \t\r\n]*/y)
  }

  #is(sign: string): boolean {
    return this.#text.startsWith(sign, this.#at)
  }

  #match(form: RegExp): string {
    form.lastIndex = this.#at
    const found = form.exec(this.#text)?.[0] ?? ''
    this.#at += found.length
    return found
  }

  #expect(sign: string): void {
    if (!this.#is(sign)) throw this.#wrong(sign)
    this.#at += sign.length
  }

  #wrong(expected?: string): InterpolationError {
    const what = expected === undefined ? 'cannot stand' : `stands where ${expected} should`
    const found = this.#text[this.#at]
    return new InterpolationError(
      found === undefined
        ? `it ends where ${expected ?? 'a key or value'} should stand`
        : `${JSON.stringify(found)} ${what} there`,
    )
  }
}
