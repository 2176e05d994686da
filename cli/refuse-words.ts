import { UserError } from '../lib/errors.ts'
import { refuseSplitArguments } from '../lib/overrides/explain-split.ts'
import { parseOverride } from '../lib/overrides/parse.ts'
import { shellQuote } from '../lib/overrides/shell-quote.ts'

/** What was typed, as it came apart. */
interface Typed {
  verb: string
  /** What belongs to no option. */
  words: string[]
  overrides: string[]
  /** All before the `--`, in order. */
  typed: string[]
}

/**
 * Words that are no option are the rest of an override that a shell took apart, an override without
 * its `-S`, or, most often, a command whose `--` was forgotten.
 */
export const refuseWords = ({ verb, words, overrides, typed }: Typed): void => {
  if (words.length === 0) return
  const parts = new Set([...overrides, ...words])
  if (overrides.length > 0) {
    const inOrder = typed.map((text) => text.replace(/^(?:-S|--set-param=)/, ''))
    refuseSplitArguments(inOrder.filter((text) => parts.has(text)))
  }
  const said = `“${words.join(' ')}” is no option`
  if (words.every(isOverride)) {
    const spelled = words.map((word) => `-S ${shellQuote(word)}`).join(' ')
    throw new UserError('usage', said, `an override goes behind -S: git exp ${verb} ${spelled}`)
  }
  throw new UserError(
    'usage',
    said,
    `a command goes behind --: git exp ${verb} -- ${words.join(' ')}`,
  )
}

const isOverride = (word: string): boolean => {
  try {
    parseOverride(word)
    return true
  } catch {
    return false
  }
}
