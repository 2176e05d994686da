import { nearestFunction } from './bind.ts'
import type { OverrideError } from './override-error.ts'
import { quoteText } from './quoted-text.ts'
import { shellQuote } from './shell-quote.ts'

/** The nearest spelling that can be read, ready for a shell; else one that shows the form. */
export const spellingHint = (
  error: OverrideError,
  isReadable: (argument: string) => boolean,
): string => {
  const { argument, fault } = error
  if (argument.length > longest) return GENERAL
  if (fault === 'missing_equal') return `${shellQuote(`${argument}=VALUE`)} gives it a value`
  const spelling = candidates(error).find((each) => each !== argument && isReadable(each))
  if (spelling !== undefined) return `type ${shellQuote(spelling)}`
  const example = examples.get(functionAt(error))
  if (example === undefined) return GENERAL
  return `for example ${shellQuote(argument.slice(0, argument.indexOf('=') + 1) + example)}`
}

const GENERAL =
  "put the whole argument in single quotes: 'lr=0.1,0.2' or 'params.yaml:model.depth=18'"

// Each candidate is read once more, and nobody corrects a longer one by hand.
const longest = 2000

const examples = new Map([
  ['bool', 'bool(true)'],
  ['choice', 'choice(a,b)'],
  ['extend_list', 'extend_list(a,b)'],
  ['float', 'float(1)'],
  ['glob', 'glob(*)'],
  ['int', 'int(1.0)'],
  ['interval', 'interval(0,1)'],
  ['json_str', 'json_str([1,2])'],
  ['range', 'range(0,1,0.1)'],
  ['shuffle', 'shuffle(range(10))'],
  ['sort', 'sort(3,1,2)'],
  ['str', 'str(1)'],
  ['tag', 'tag(log,interval(1e-5,1e-1))'],
])

/** The last function that is named up to the error. */
const functionAt = ({ argument, position }: OverrideError): string => {
  const next = /^[a-z_]+(?=[ \t]*\()/.exec(argument.slice(position))?.[0]
  if (next !== undefined) return next
  return [...argument.slice(0, position).matchAll(/[a-z_]+(?=[ \t]*\()/g)].pop()?.[0] ?? ''
}

const candidates = ({ argument, position, fault }: OverrideError): string[] => {
  const equal = argument.indexOf('=')
  if (equal === -1 || position <= equal) return keyCandidates(argument)
  const head = argument.slice(0, equal + 1)
  const value = argument.slice(equal + 1)
  if (fault === 'bad_prefix') return [withoutPrefix(argument)]
  if (fault === 'unterminated_quote') {
    return [argument + argument[position], head + quoted(value)]
  }
  if (!['bad_character', 'trailing_input', 'syntax', 'unknown_function'].includes(fault)) return []
  if (fault === 'syntax' && position === argument.length) return [argument + closing(value)]
  return [
    ...(fault === 'unknown_function' ? [correctFunction(argument, position)] : []),
    quotePiece(argument, position, equal + 1),
    ...(/^\s*[[{]/.test(value) ? [] : [head + quoted(value)]),
  ]
}

const withoutPrefix = (argument: string): string =>
  argument.replace(/^([^:=]*:)?[+~]+/, '$1').replace(/^[+~]+/, '')

/** `a[0] = 1` for `a.0=1`. */
const keyCandidates = (argument: string): string[] => {
  const equal = argument.indexOf('=')
  const key = equal === -1 ? argument : argument.slice(0, equal)
  const spelled = key.replace(/\[(\d+)\]/g, '.$1').replace(/\s/g, '')
  return [spelled + (equal === -1 ? '' : `=${argument.slice(equal + 1).trimStart()}`)]
}

/** What closes the brackets that are open, quoted text aside. */
const closing = (value: string): string => {
  const open: string[] = []
  for (const bracket of value.replace(/(["']).*?\1/g, '').replace(/[^[\](){}]/g, '')) {
    if ('[({'.includes(bracket)) open.push({ '[': ']', '(': ')', '{': '}' }[bracket] ?? '')
    else open.pop()
  }
  return open.toReversed().join('')
}

const correctFunction = (argument: string, position: number): string => {
  const name = /^[\w-]*/.exec(argument.slice(position))?.[0] ?? ''
  const nearest = nearestFunction(name) ?? name
  return argument.slice(0, position) + nearest + argument.slice(position + name.length)
}

/** Quotes the item that the error is in: all between two commas or brackets. */
const quotePiece = (argument: string, position: number, valueAt: number): string => {
  let from = position
  let to = position
  while (from > valueAt && !'[{(,'.includes(argument[from - 1] ?? '')) from--
  while (to < argument.length && !']}),'.includes(argument[to] ?? '')) to++
  const colon = argument.lastIndexOf(':', position)
  if (colon >= from && argument.lastIndexOf('{', position) > argument.lastIndexOf('}', position)) {
    from = colon + 1
  }
  const piece = argument.slice(from, to)
  return argument.slice(0, from) + quoted(piece) + argument.slice(to)
}

const quoted = (text: string): string =>
  quoteText(text.trim(), text.includes('"') && !text.includes("'") ? "'" : '"')
