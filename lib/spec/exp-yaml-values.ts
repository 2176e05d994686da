import type { Node } from 'yaml'
import { nearestName } from '../nearest-name.ts'
import { durationMs, sizeBytes } from './amount.ts'
import * as check from './checks.ts'
import { configName, type Hydra, hydraDefaults, hydraKeys } from './hydra.ts'
import { isGlob, repositoryPath } from './repository-path.ts'
import type { Direction, Resources } from './spec.ts'
import type { YamlFile } from './yaml-file.ts'

/** One value of an exp.yaml: `name` is what a message calls it, `folder` where the file lies. */
export interface Value {
  file: YamlFile
  node: Node
  name: string
  folder: string
}

export const command = (value: Value): string | string[] => {
  const items = value.file.items(value.node)
  if (items === null) return script(value)
  const argv = check.command(items.map((node) => word({ ...value, node })))
  return argv ?? refuse(value, 'must name a program')
}

export const script = (value: Value): string =>
  check.script(scalar(value)) ?? refuse(value, 'must be a command line')

export const paths = (value: Value): string[] => {
  const items = value.file.items(value.node)
  if (items === null) return refuse(value, 'must be a list of paths, such as [a, b/c]')
  return [...new Set(items.map((node) => path({ ...value, node })))]
}

export const environment = (value: Value): Record<string, string> =>
  Object.fromEntries(
    pairs(value).map(([name, variable]) =>
      check.environmentName.test(name)
        ? [name, word(variable)]
        : refuse(variable, 'is no name for a variable'),
    ),
  )

export const seconds = (value: Value): number => {
  const ms = durationMs(String(scalar(value))) ?? 0
  const inRange = check.timeoutSeconds(ms / 1000)
  return inRange ?? refuse(value, 'must be a duration such as 90s, 15m, 2h or 1d')
}

export const retries = (value: Value): number =>
  check.retries(scalar(value)) ??
  refuse(value, `must be a whole number from 0 to ${check.mostRetries}`)

export const resources = (value: Value): Resources => {
  const given = new Map(valued(value))
  const read = <T>(key: string, reader: (value: Value) => T): T | null => {
    const found = given.get(key)
    return found === undefined ? null : reader(found)
  }
  const named = [...given].filter(([key]) => !resourceKeys.includes(key))
  return {
    gpus: read('gpus', gpus),
    cpus: read('cpus', cpus),
    memoryBytes: read('memory', bytes),
    slots: Object.fromEntries(named.map(([key, item]) => [slotName(key, item), slots(item)])),
  }
}

export const resourceKeys: readonly string[] = ['gpus', 'cpus', 'memory']

/** True, or the folder, the config and the parameter file by their names; null for false. */
export const hydra = (value: Value): Hydra | null => {
  const given = scalar(value)
  const otherwise = hydraDefaults(value.folder)
  if (typeof given === 'boolean') return given ? otherwise : null
  const named = new Map(knownKeys(value, hydraKeys))
  const read = <T>(key: string, reader: (value: Value) => T, absent: T): T => {
    const found = named.get(key)
    return found === undefined ? absent : reader(found)
  }
  return {
    configDir: read('config_dir', fixedPath, otherwise.configDir),
    configName: read('config_name', primaryConfig, otherwise.configName),
    params: read('params', fixedPath, otherwise.params),
  }
}

const fixedPath = (value: Value): string => {
  const given = path(value)
  return isGlob(given) ? refuse(value, 'must be one path, without wildcards') : given
}

const primaryConfig = (value: Value): string =>
  configName(scalar(value)) ?? refuse(value, 'must be the name of a config, such as config')

/** Any other name is one of `exp.slots`, but for what nobody means by it. */
const slotName = (key: string, item: KeyedValue): string => {
  const name = key.toLowerCase()
  const meant = resourceKeys.find((known) => known === (alsoCalled.get(name) ?? name))
  if (meant !== undefined) {
    throw item.file.fail(item.keyNode, `unknown key "${key}": did you mean \`${meant}\`?`)
  }
  if (check.slotName.test(name)) return name
  throw item.file.fail(
    item.keyNode,
    `${JSON.stringify(key)} is no name for slots: letters, digits and dashes`,
  )
}

export const goal = (value: Value): Record<string, Direction> =>
  Object.fromEntries(
    pairs(value).map(([name, direction]) => [
      check.metricName.test(name) ? name : refuse(direction, 'is no name for a metric'),
      check.direction(scalar(direction)) ?? refuse(direction, 'must be max or min'),
    ]),
  )

/** The pairs of a mapping that may hold only certain keys, each with a value. */
export const knownKeys = (value: Value, known: readonly string[]): [string, Value][] => {
  for (const [key, item] of pairs(value)) {
    if (!known.includes(key)) throw value.file.fail(item.keyNode, unknownKey(key, known))
  }
  return valued(value)
}

const valued = (value: Value): [string, KeyedValue][] => {
  const found = pairs(value)
  for (const [, item] of found) {
    if (scalar(item) === null) refuse({ ...item, node: item.keyNode }, 'has no value')
  }
  return found
}

const slots = (value: Value): number =>
  check.slots(scalar(value)) ?? refuse(value, 'must be a whole number')

const gpus = (value: Value): number =>
  check.gpus(scalar(value)) ?? refuse(value, 'must be a whole number')

const cpus = (value: Value): number =>
  check.cpus(scalar(value)) ?? refuse(value, 'must be a number above 0')

/** A bare number is refused: nobody who writes 16 means bytes. */
const bytes = (value: Value): number => {
  const given = scalar(value)
  const size = typeof given === 'string' ? sizeBytes(given) : null
  return check.memoryBytes(size) ?? refuse(value, 'must be a size such as 500M or 16G')
}

const path = (value: Value): string => {
  const given = scalar(value)
  if (typeof given !== 'string') return refuse(value, 'must be a list of paths, each a string')
  return (
    repositoryPath(value.folder, given) ??
    refuse(value, `names ${JSON.stringify(given)}, which is no path inside the repository`)
  )
}

const word = (value: Value): string =>
  check.text(value.file.word(value.node)) ?? refuse(value, 'must be text or a number')

const scalar = (value: Value): unknown => value.file.scalar(value.node)

interface KeyedValue extends Value {
  keyNode: Node
}

const pairs = (value: Value): [string, KeyedValue][] => {
  const found = value.file.pairs(value.node)
  if (found === null) return refuse(value, 'must hold `key: value` lines')
  const prefix = value.name === '' ? '' : `${value.name}.`
  const keys = new Set<string>()
  for (const { key, keyNode } of found) {
    if (keys.has(key)) throw value.file.fail(keyNode, `\`${prefix}${key}\` is said twice`)
    keys.add(key)
  }
  return found.map(({ key, keyNode, node }) => [
    key,
    { ...value, name: `${prefix}${key}`, keyNode, node },
  ])
}

const unknownKey = (key: string, known: readonly string[]): string => {
  const meant = nearestName(alsoCalled.get(key) ?? key, known)
  return meant === null
    ? `unknown key ${JSON.stringify(key)}: the keys are ${known.join(', ')}`
    : `unknown key ${JSON.stringify(key)}: did you mean \`${meant}\`?`
}

// What the same thing is called by tools that people come from.
const alsoCalled = new Map([
  ['command', 'cmd'],
  ['run', 'cmd'],
  ['outs', 'outputs'],
  ['environment', 'env'],
  ['mem', 'memory'],
  ['ram', 'memory'],
  ['gpu', 'gpus'],
  ['cpu', 'cpus'],
  ['cores', 'cpus'],
])

const refuse = (value: Value, what: string): never => {
  const name = value.name === '' ? '' : `\`${value.name}\` `
  throw value.file.fail(value.node, `${name}${what}`)
}
