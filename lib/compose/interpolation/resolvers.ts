import { type Data, isContainer, isMapping, MISSING } from '../data.ts'
import { parseArgument } from './parse.ts'
import { type Argument, InterpolationError } from './parts.ts'
import { pythonText } from './python-text.ts'
import type { Found, Scope } from './scope.ts'

/** Calls one of OmegaConf's own resolvers: a program's own ones are not known before it runs. */
export const callResolver = (name: string, args: Argument[], scope: Scope): Data => {
  const resolver = RESOLVERS.get(name)
  if (resolver === undefined) throw unknown(name)
  const given = args.map(scope.decode)
  if (given.length < resolver.least || given.length > resolver.most) {
    throw new InterpolationError(`${name} takes ${resolver.takes}`)
  }
  return resolver.call(given, scope)
}

interface Resolver {
  least: number
  most: number
  takes: string
  call: (args: Data[], scope: Scope) => Data
}

/** A variable is text, and so is a default but null. */
const env = ([name, ...more]: Data[], scope: Scope): Data => {
  const key = text('oc.env', name)
  const value = scope.env[key]
  if (value !== undefined) return value
  const [otherwise] = more
  if (otherwise === undefined) {
    throw new InterpolationError(`the environment has no variable ${key}`)
  }
  return otherwise === null ? null : pythonText(otherwise)
}

const select = ([key, ...more]: Data[], scope: Scope): Data => {
  const found = scope.select(text('oc.select', key))
  if (found !== null && found.data !== MISSING) return scope.resolved(found)
  return more[0] ?? null
}

const decode = ([given]: Data[], scope: Scope): Data => {
  if (given === null) return null
  return scope.decode(parseArgument(text('oc.decode', given)))
}

const keys = ([key]: Data[], scope: Scope): Data => {
  const { data } = mappingAt('oc.dict.keys', key, scope)
  return isMapping(data) ? [...data.keys()] : []
}

const values = ([key]: Data[], scope: Scope): Data => {
  const data = scope.resolved(mappingAt('oc.dict.values', key, scope))
  return isMapping(data) ? [...data.values()] : []
}

const deprecated = ([key]: Data[], scope: Scope): Data => {
  const name = text('oc.deprecated', key)
  const found = scope.select(name)
  if (found === null) throw new InterpolationError(`there is no ${name}`)
  return scope.resolved(found)
}

const mappingAt = (name: string, key: Data | undefined, scope: Scope): Found => {
  const found = scope.select(text(name, key))
  if (found !== null && isMapping(found.data)) return found
  throw new InterpolationError(`${text(name, key)} is no mapping`)
}

const text = (name: string, data: Data | undefined): string => {
  if (typeof data === 'string') return data
  if (data !== undefined && data !== null && !isContainer(data)) return pythonText(data)
  throw new InterpolationError(`${name} takes a name`)
}

const one = { least: 1, most: 1, takes: 'one argument' }
const oneOrTwo = { least: 1, most: 2, takes: 'one argument or two' }

const RESOLVERS = new Map<string, Resolver>([
  ['oc.env', { ...oneOrTwo, call: env }],
  ['oc.select', { ...oneOrTwo, call: select }],
  ['oc.decode', { ...one, call: decode }],
  ['oc.create', { ...one, call: ([given = null]) => given }],
  ['oc.dict.keys', { ...one, call: keys }],
  ['oc.dict.values', { ...one, call: values }],
  ['oc.deprecated', { ...oneOrTwo, call: deprecated }],
])

const unknown = (name: string): InterpolationError =>
  new InterpolationError(
    name === 'hydra'
      ? "Hydra's own values (hydra:…) are known only while the program runs"
      : `there is no resolver ${name}; known here are ${[...RESOLVERS.keys()].join(', ')}`,
  )
