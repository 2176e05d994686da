import { evaluate } from './evaluate.ts'
import type { Operation, Value } from './override.ts'
import { OverrideError } from './override-error.ts'
import { parseKey } from './parse-key.ts'
import { parseValue } from './parse-value.ts'
import { spellingHint } from './spelling.ts'
import { isValue, type Sweep } from './sweep.ts'

/** An override as typed: like `Override`, but its value may be a sweep. */
export interface ParsedOverride {
  operation: Operation
  file: string | null
  path: string[]
  /** What stood after `@`, which only composition has a use for. */
  package: string | null
  value: Value | Sweep | null
  /** The argument itself, and where in it the value begins: a later error points there. */
  text: string
  valueAt: number
}

/**
 * Reads `file:key=value` by the grammar of Hydra's main branch. The file is what stands before
 * the first `:`, if that is before the first `=`. The seed decides the order of a list that is
 * shuffled where it stands; nothing else is random here.
 */
export const parseOverride = (argument: string, seed = 0): ParsedOverride => {
  try {
    return parse(argument, seed)
  } catch (error) {
    if (!(error instanceof OverrideError)) throw error
    const { position, fault, rule } = error
    const hint = spellingHint(error, (spelling) => isReadable(spelling))
    throw new OverrideError({ argument, position, fault, rule, hint })
  }
}

const parse = (argument: string, seed: number): ParsedOverride => {
  const { valueAt, ...key } = parseKey(argument)
  const rest = { text: argument, valueAt: valueAt ?? argument.length }
  if (valueAt === null) return { ...key, value: null, ...rest }
  const node = parseValue(argument, valueAt)
  if (node === null) return { ...key, value: { type: 'string', value: '', quote: null }, ...rest }
  const value = evaluate(node, { argument, seed })
  if (isValue(value) || value.kind !== 'extension') return { ...key, value, ...rest }
  if (key.operation === 'change') {
    return {
      ...key,
      operation: 'extend-list',
      value: { type: 'list', items: value.items },
      ...rest,
    }
  }
  const rule = 'extend_list already says what to do with the key: it takes no +, ++ or ~'
  throw new OverrideError({ argument, position: node.at, fault: 'bad_prefix', rule })
}

const isReadable = (argument: string): boolean => {
  try {
    parse(argument, 0)
    return true
  } catch {
    return false
  }
}
