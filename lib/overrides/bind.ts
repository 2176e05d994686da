import { nearestName } from '../nearest-name.ts'
import { type Fault, OverrideError } from './override-error.ts'
import type { Element } from './sweep.ts'

/** A function and what it was given, worked out; `at` is its place in the argument. */
export interface Call {
  argument: string
  at: number
  name: string
  args: Given[]
  /** For `shuffle` of a list, which must be decided when it is read. */
  seed: number
}

export interface Given {
  name: string | null
  at: number
  value: Element
}

export interface Bound {
  /** For functions that take any number: those without a name. */
  rest: Given[]
  named: Map<string, Given>
}

/** Gives each argument to the parameter it is for, or says what is wrong with their number or names. */
export const bind = (call: Call): Bound => {
  const signature = signatures.get(call.name)
  if (signature === undefined) throw noFunction(call)
  const bound: Bound = { rest: [], named: new Map() }
  checkOrder(call)
  for (const [index, given] of call.args.entries()) {
    const { name } = given
    if (name === null && signature.rest) {
      bound.rest.push(given)
      continue
    }
    const param = paramOf(call, given, name ?? signature.params[index], signature)
    if (bound.named.has(param)) {
      throw wrongArgument(call, given, 'arg_count', `${param} is given twice`)
    }
    bound.named.set(param, given)
  }
  const missing = signature.params.find(
    (param, index) => index < signature.required && !bound.named.has(param),
  )
  if (missing !== undefined) throw wrongCall(call, 'arg_count', `${call.name} needs ${missing}`)
  return bound
}

/** The function that was most likely meant. */
export const nearestFunction = (name: string): string | null => nearestName(name, signatures.keys())

export const wrongCall = (call: Call, fault: Fault, rule: string): OverrideError =>
  new OverrideError({ argument: call.argument, position: call.at, fault, rule })

export const wrongArgument = (
  call: Call,
  given: Given,
  fault: Fault,
  rule: string,
): OverrideError => new OverrideError({ argument: call.argument, position: given.at, fault, rule })

interface Signature {
  params: string[]
  required: number
  rest: boolean
}

const takesAny = (...params: string[]): Signature => ({ params, required: 0, rest: true })

const signatures = new Map<string, Signature>([
  ['bool', takesAny('value')],
  ['choice', takesAny()],
  ['extend_list', takesAny()],
  ['float', takesAny('value')],
  ['glob', { params: ['include', 'exclude'], required: 1, rest: false }],
  ['int', takesAny('value')],
  ['interval', { params: ['start', 'end'], required: 2, rest: false }],
  ['json_str', takesAny('value')],
  ['range', { params: ['start', 'stop', 'step'], required: 1, rest: false }],
  ['shuffle', takesAny('sweep', 'list')],
  ['sort', takesAny('sweep', 'list', 'reverse')],
  ['str', takesAny('value')],
  ['tag', takesAny('sweep')],
])

const checkOrder = (call: Call): void => {
  const first = call.args.findIndex(({ name }) => name !== null)
  const late = call.args.find(({ name }, index) => name === null && first !== -1 && index > first)
  if (late === undefined) return
  throw wrongArgument(call, late, 'arg_order', 'what has no name= must stand before what has one')
}

const paramOf = (
  call: Call,
  given: Given,
  param: string | undefined,
  { params }: Signature,
): string => {
  if (param === undefined) {
    const most = `${call.name} takes ${params.length} arguments at most: ${params.join(', ')}`
    throw wrongArgument(call, given, 'arg_count', most)
  }
  if (!params.includes(param)) {
    const known = params.length === 0 ? 'none has a name' : `only ${params.join(', ')}`
    throw wrongArgument(call, given, 'arg_count', `${call.name} has no ${param}=: ${known}`)
  }
  return param
}

const noFunction = (call: Call): OverrideError => {
  const names = [...signatures.keys()]
  const nearest = nearestFunction(call.name)
  const others = nearest === null ? `there are ${names.join(', ')}` : `did you mean ${nearest}?`
  return wrongCall(call, 'unknown_function', `there is no function ${call.name}; ${others}`)
}
