import { type Fault, OverrideError } from './override-error.ts'
import { quotedEnd } from './quoted-text.ts'
import { readWord } from './read-word.ts'

/**
 * The error for what stands at `position`. What the grammar has no use for at all is told before
 * the rule; so is a quote that is never closed, as the text before it was then read wrong too.
 */
export const unexpected = (
  argument: string,
  position: number,
  fault: Fault,
  rule: string,
): OverrideError => {
  const quote = /['"]/.test(argument[position] ?? '') ? position : readWord(argument, position).end
  if (/['"]/.test(argument[quote] ?? '') && quotedEnd(argument, quote) === null) {
    return unterminated(argument, quote)
  }
  const c = argument.codePointAt(position)
  const character = c === undefined ? '' : String.fromCodePoint(c)
  if (KNOWN.test(character)) return new OverrideError({ argument, position, fault, rule })
  return new OverrideError({
    argument,
    position,
    fault: 'bad_character',
    rule: `${named(character)} can only stand in a value that is quoted`,
  })
}

export const unterminated = (argument: string, position: number): OverrideError =>
  new OverrideError({
    argument,
    position,
    fault: 'unterminated_quote',
    rule: `the quote that begins here is never closed; before a quote, \\ stands for the quote itself`,
  })

export const named = (character: string): string => {
  if (character === ' ') return 'a blank'
  if (character === '\n') return 'a line end'
  if (character === '\t') return 'a tab'
  return /\p{Cc}|\p{M}/u.test(character) ? 'this character' : character
}

/** What may begin or be a token of a value. */
const KNOWN = /^[\w/\-\\+.$%*@?|:()[\]{},= \t'"]?$/
