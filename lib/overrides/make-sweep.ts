import { type Bound, type Call, type Given, wrongArgument, wrongCall } from './bind.ts'
import { type Exact, exactFloat, exactInt } from './exact.ts'
import { numberOf, plainValue } from './given-value.ts'
import {
  type Choice,
  type Glob,
  type Interval,
  isValue,
  nameOf,
  type Range,
  type Sweep,
} from './sweep.ts'

export const makeChoice = (call: Call, { rest }: Bound): Choice => {
  const [first] = rest
  if (first === undefined) throw wrongCall(call, 'empty', 'choice needs something to choose from')
  const { value } = first
  if (rest.length === 1 && !isValue(value) && value.kind === 'choice' && value.simple) {
    return { ...value, simple: false }
  }
  const values = rest.map((given) => {
    if (!isValue(given.value) && given.value.kind !== 'choice') throw notAChoice(call, given)
    const value = plainValue(call, given)
    if (value.type === 'null') throw notAChoice(call, given)
    return value
  })
  return { kind: 'choice', values, simple: false, shuffle: false, tags: [] }
}

export const makeRange = (call: Call, { named }: Bound): Range => {
  const bounds = ['start', 'stop', 'step'].map((name) => {
    const given = named.get(name)
    const isLeftOut =
      given !== undefined && name === 'stop' && isValue(given.value) && given.value.type === 'null'
    return given === undefined || isLeftOut ? null : exactOf(call, given)
  })
  const [start = null, stop = null, step = null] = bounds
  const zero = exactInt(0n)
  return {
    kind: 'range',
    start: stop === null ? zero : (start ?? zero),
    stop: stop ?? start ?? zero,
    step: step ?? exactInt(1n),
    shuffle: false,
    tags: [],
  }
}

export const makeInterval = (call: Call, { named }: Bound): Interval => {
  const [start = 0, end = 0] = ['start', 'end'].map((name) => {
    const given = named.get(name)
    return given === undefined ? 0 : Number(numberOf(call, given).value)
  })
  return { kind: 'interval', start, end, isInt: false, tags: [] }
}

export const makeGlob = (call: Call, { named }: Bound): Glob => ({
  kind: 'glob',
  include: patterns(call, named.get('include')),
  exclude: patterns(call, named.get('exclude')),
})

/** `tag(name, …, sweep)`: the sweep is the last, or has a name. */
export const tagSweep = (call: Call, { rest, named }: Bound): Sweep => {
  if (rest.length === 0) throw wrongCall(call, 'arg_count', 'tag needs names, then a sweep')
  const last = named.get('sweep')
  const given = last ?? rest[rest.length - 1]
  const tags = last === undefined ? rest.slice(0, -1) : rest
  const names = tags.map((each) => {
    if (isValue(each.value) && each.value.type === 'string') return each.value.value
    throw wrongArgument(call, each, 'arg_type', `a tag is text, not ${nameOf(each.value)}`)
  })
  if (given === undefined || isValue(given.value)) {
    throw wrongCall(call, 'arg_type', 'tag needs a choice, range or interval last')
  }
  if (given.value.kind === 'glob' || given.value.kind === 'extension') {
    throw wrongArgument(call, given, 'arg_type', `${given.value.kind} can't be tagged`)
  }
  return { ...given.value, tags: [...new Set(names)] }
}

const notAChoice = (call: Call, given: Given) =>
  wrongArgument(call, given, 'arg_type', `${nameOf(given.value)} can't be one of a choice`)

const exactOf = (call: Call, given: Given): Exact => {
  const number = numberOf(call, given)
  return number.type === 'int' ? exactInt(number.value) : exactFloat(number.value)
}

const patterns = (call: Call, given: Given | undefined): string[] => {
  if (given === undefined) return []
  const { value } = given
  if (isValue(value)) {
    if (value.type === 'null' && given.name === 'exclude') return []
    const items = value.type === 'list' ? value.items : [value]
    const texts = items.map((item) => (item.type === 'string' ? item.value : null))
    if (texts.every((text) => text !== null)) return texts
  }
  throw wrongArgument(call, given, 'arg_type', 'glob takes a pattern, or a list of patterns')
}
