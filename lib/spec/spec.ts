import { UserError } from '../errors.ts'
import { asciiJson } from '../trailers.ts'
import * as check from './checks.ts'

/** What an experiment is. Every path and glob is relative to the repository's root. */
export interface Spec {
  /** A string is for the shell, a list is an argv. */
  command: string | string[]
  params: string[]
  metrics: string[]
  outputs: string[]
  link: string[]
  copy: string[]
  keep: string[]
  env: Record<string, string>
  setup: string | null
  timeoutSeconds: number | null
  retries: number
  resources: Resources | null
  onFinish: string | null
  goal: Record<string, Direction>
}

export interface Resources {
  gpus: number | null
  cpus: number | null
  memoryBytes: number | null
  /** Of what `exp.slots.NAME` counts on a machine, how many of each. */
  slots: Record<string, number>
}

/** Of one that says nothing of what it needs. */
export const NO_RESOURCES: Resources = { gpus: null, cpus: null, memoryBytes: null, slots: {} }

export type Direction = 'max' | 'min'

/** One line of ASCII, so that it fits a trailer and no value of it can forge another. */
export const printSpec = (spec: Spec): string => asciiJson(spec)

/**
 * Trusts nothing, as the JSON may come from a commit that somebody else made. Absent fields get
 * their defaults and unknown ones are left behind: another version may have written it.
 */
export const parseSpec = (json: string): Spec => {
  if (json.length > longestSpec) throw invalid(`it is longer than ${longestSpec} characters`)
  const fields = check.object(parseJson(json))
  if (fields === undefined) throw invalid('it is not an object')
  const read = <T>(key: keyof Spec, reader: check.Check<T>, absent?: T): T => {
    const value = Object.hasOwn(fields, key) ? fields[key] : undefined
    if (value === undefined && absent !== undefined) return absent
    const result = reader(value)
    if (result === undefined) throw invalid(`\`${key}\` is missing or not what it should be`)
    return result
  }
  return {
    command: read('command', check.command),
    params: read('params', paths, []),
    metrics: read('metrics', paths, []),
    outputs: read('outputs', paths, []),
    link: read('link', paths, []),
    copy: read('copy', paths, []),
    keep: read('keep', paths, []),
    env: read('env', check.entries(check.environmentName, check.text), {}),
    setup: read('setup', check.orNull(check.script), null),
    timeoutSeconds: read('timeoutSeconds', check.orNull(check.timeoutSeconds), null),
    retries: read('retries', check.retries, 0),
    resources: read('resources', check.orNull(resources), null),
    onFinish: read('onFinish', check.orNull(check.script), null),
    goal: read('goal', check.entries(check.metricName, check.direction), {}),
  }
}

const longestSpec = 2 ** 20

const invalid = (what: string): UserError =>
  new UserError('bad-config', `the experiment's specification is not valid: ${what}`)

const parseJson = (json: string): unknown => {
  try {
    return JSON.parse(json)
  } catch {
    throw invalid('it is not JSON')
  }
}

const paths = check.list(check.path)

const resources: check.Check<Resources> = (value) => {
  const given = check.object(value)
  if (given === undefined) return undefined
  const gpus = check.orNull(check.gpus)(given.gpus ?? null)
  const cpus = check.orNull(check.cpus)(given.cpus ?? null)
  const memoryBytes = check.orNull(check.memoryBytes)(given.memoryBytes ?? null)
  const slots = check.entries(check.slotName, check.slots)(given.slots ?? {})
  if (gpus === undefined || cpus === undefined || memoryBytes === undefined) return undefined
  return slots && { gpus, cpus, memoryBytes, slots }
}
