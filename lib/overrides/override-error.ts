import { UserError } from '../errors.ts'

/** What kind of mistake it is: a closed list, for tests and for machines. */
export type Fault =
  | 'bad_character'
  | 'unterminated_quote'
  | 'syntax'
  | 'trailing_input'
  | 'missing_equal'
  | 'unknown_function'
  | 'arg_type'
  | 'arg_count'
  | 'arg_order'
  | 'cast'
  | 'empty'
  | 'nested_sweep'
  | 'uncomparable'
  | 'bad_prefix'
  | 'composition'
  | 'needs_sample'
  | 'unequal_lengths'
  | 'too_many'
  | 'split'

/** Where in which argument: `position` counts UTF-16 units from 0. */
export interface Mistake {
  argument: string
  position: number
  fault: Fault
  /** The rule that was broken, in plain words. */
  rule: string
  hint?: string
}

/** An override that cannot be read, or a sweep that cannot be expanded. */
export class OverrideError extends UserError {
  readonly argument: string
  readonly position: number
  readonly fault: Fault
  readonly rule: string

  constructor({ argument, position, fault, rule, hint }: Mistake) {
    super('bad-override', `cannot use this override\n${pointed(argument, position)}\n${rule}`, hint)
    this.argument = argument
    this.position = position
    this.fault = fault
    this.rule = rule
  }
}

/** The argument with a caret under the position, each line indented by two. */
export const pointed = (argument: string, position: number): string => {
  const from = Math.max(0, position - BEFORE)
  const to = Math.min(argument.length, position + AFTER)
  const head = (from > 0 ? '…' : '') + visible(argument.slice(from, position))
  const tail = visible(argument.slice(position, to)) + (to < argument.length ? '…' : '')
  return `  ${head}${tail}\n  ${' '.repeat(width(head))}^`
}

// An argument may be megabytes long; a line of a terminal is not.
const BEFORE = 48
const AFTER = 28

/** Tabs and line ends would move the caret, other control characters the terminal. */
const visible = (text: string): string =>
  text.replace(/\p{Cc}/gu, (c) => {
    const code = c.charCodeAt(0)
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : '␡'
  })

/** East Asian and emoji characters take two columns, combining marks none. */
const width = (text: string): number => {
  let columns = 0
  for (const c of text) columns += /\p{M}/u.test(c) ? 0 : WIDE.test(c) ? 2 : 1
  return columns
}

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u
