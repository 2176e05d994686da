import type { Operation } from './override.ts'
import { OverrideError } from './override-error.ts'
import { named } from './unexpected.ts'

/** What stands before the first `=`. */
export interface Key {
  operation: Operation
  file: string | null
  path: string[]
  package: string | null
  /** Where the value begins; null when there is no `=`. */
  valueAt: number | null
}

/**
 * Reads `file:key=`. The prefix (`+`, `++` or `~`) may stand before the file or before the key:
 * `+params.yaml:new=1` and `params.yaml:+new=1` are the same.
 */
export const parseKey = (argument: string): Key => {
  const equal = argument.indexOf('=')
  const head = equal === -1 ? argument : argument.slice(0, equal)
  const outer = prefixAt(head, 0)
  const colon = head.indexOf(':')
  const file = colon === -1 ? null : head.slice(outer.length, colon)
  if (file === '' || file?.startsWith('+') || file?.startsWith('~')) {
    const rule = 'a file should stand before the :, after no more than one of +, ++ and ~'
    throw new OverrideError({ argument, position: outer.length, fault: 'syntax', rule })
  }
  const inner = file === null ? outer : prefixAt(head, colon + 1)
  if (file !== null && outer !== '' && inner !== '') {
    const rule = `${inner} is one too many: a prefix stands before the file or before the key`
    throw new OverrideError({ argument, position: colon + 1, fault: 'bad_prefix', rule })
  }
  const prefix = outer || inner
  const start = (colon === -1 ? 0 : colon + 1) + inner.length
  const key = keyAt(argument, start)
  if (argument[key.end] !== '=' && !(prefix === '~' && key.end === argument.length)) {
    throw key.end === argument.length
      ? new OverrideError({ argument, position: key.end, fault: 'missing_equal', rule: NO_EQUAL })
      : wrong(argument, key.end, '= should stand after the key')
  }
  return {
    operation: operations[prefix],
    file,
    path: key.path,
    package: key.package,
    valueAt: equal === -1 ? null : equal + 1,
  }
}

const operations = { '': 'change', '+': 'add', '++': 'force-add', '~': 'delete' } as const

const prefixAt = (head: string, start: number): keyof typeof operations => {
  if (head.startsWith('~', start)) return '~'
  if (head.startsWith('++', start)) return '++'
  return head.startsWith('+', start) ? '+' : ''
}

const NAME = '[A-Za-z_$][\\w$-]*'
const PART = `(?:${NAME}|0|[1-9](?:_?[0-9])*)`
const DOTTED = new RegExp(`${PART}(?:\\.${PART})+|${NAME}`, 'y')
const PLAIN = /^[A-Za-z_][\w-]*$/

const keyAt = (argument: string, start: number) => {
  const first = dottedAt(argument, start)
  let end = start + first.length
  let path = first.split('.')
  if (argument[end] === '/') {
    end = groupEnd(argument, start, first)
    path = [argument.slice(start, end)]
  }
  if (argument[end] !== '@') {
    if (end === start) throw wrong(argument, start, 'a key should stand here, such as model.depth')
    return { path, package: null, end }
  }
  const found = dottedAt(argument, end + 1)
  return { path: first === '' ? [] : path, package: found, end: end + 1 + found.length }
}

/** A config group is names with `/` between: neither dots nor `$`. */
const groupEnd = (argument: string, start: number, first: string): number => {
  let end = start + first.length
  let name = first
  while (argument[end] === '/') {
    if (!PLAIN.test(name)) throw wrong(argument, end, 'only plain names can be joined by /')
    name = dottedAt(argument, end + 1)
    if (!PLAIN.test(name)) throw wrong(argument, end + 1, 'a plain name should stand after /')
    end += 1 + name.length
  }
  return end
}

const dottedAt = (argument: string, start: number): string => {
  DOTTED.lastIndex = start
  return DOTTED.exec(argument)?.[0] ?? ''
}

const wrong = (argument: string, position: number, rule: string): OverrideError => {
  const c = argument.codePointAt(position)
  const character = c === undefined ? '' : String.fromCodePoint(c)
  return /^[A-Za-z_$=~+@:/]?$/.test(character)
    ? new OverrideError({ argument, position, fault: 'syntax', rule })
    : new OverrideError({ argument, position, fault: 'bad_character', rule: notInKey(character) })
}

const notInKey = (character: string): string =>
  `${named(character)} can't stand here: a key is names joined by dots, as in layers.0.size`

const NO_EQUAL = 'an override needs a = and a value; ~key deletes'
