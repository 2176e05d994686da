import { UserError } from '../errors.ts'
import { durationMs, sizeBytes } from './amount.ts'
import * as check from './checks.ts'
import { repositoryPath } from './repository-path.ts'
import type { Resources, Spec } from './spec.ts'

/** What the command line says of the experiment, as typed: paths are relative to the workdir. */
export interface SpecFlags {
  params?: string[] | undefined
  metrics?: string[] | undefined
  outputs?: string[] | undefined
  link?: string[] | undefined
  copy?: string[] | undefined
  keep?: string[] | undefined
  env?: Record<string, string> | undefined
  setup?: string | undefined
  timeout?: string | undefined
  retries?: string | undefined
  gpus?: string | undefined
  cpus?: string | undefined
  memory?: string | undefined
  /** Each `NAME=N`. */
  slots?: string[] | undefined
}

export const readFlags = (flags: SpecFlags, workdir: string): Partial<Spec> => {
  const given: Partial<Spec> = {}
  for (const key of pathFlags) {
    const paths = flags[key]
    if (paths !== undefined) given[key] = readPaths(key, paths, workdir)
  }
  const { env, setup, timeout, retries } = flags
  if (env !== undefined) given.env = required('env', 'NAME=VALUE', environment(env))
  if (setup !== undefined) given.setup = required('setup', 'a command line', check.script(setup))
  if (timeout !== undefined) {
    const seconds = check.timeoutSeconds((durationMs(timeout) ?? 0) / 1000)
    given.timeoutSeconds = required('timeout', 'a duration such as 90s, 15m, 2h or 1d', seconds)
  }
  if (retries !== undefined) {
    const count = check.retries(retries.trim() === '' ? null : Number(retries))
    given.retries = required('retries', `a whole number from 0 to ${check.mostRetries}`, count)
  }
  const resources = readResources(flags)
  if (resources !== null) given.resources = resources
  return given
}

const pathFlags = ['params', 'metrics', 'outputs', 'link', 'copy', 'keep'] as const

/** Null where no flag speaks of what the run needs of the machine. */
const readResources = (flags: SpecFlags): Resources | null => {
  const { gpus, cpus, memory, slots } = flags
  if ([gpus, cpus, memory, slots].every((flag) => flag === undefined)) return null
  const number = (text: string): number => (text.trim() === '' ? Number.NaN : Number(text))
  // A bare number is refused: nobody who writes 16 means bytes.
  const size = (text: string): number | null => (/\d\s*$/.test(text) ? null : sizeBytes(text))
  const read = <T>(key: string, text: string | undefined, what: string, value: T | undefined) =>
    text === undefined ? null : required(key, what, value)
  return {
    gpus: read('gpus', gpus, 'a whole number', check.gpus(number(gpus ?? ''))),
    cpus: read('cpus', cpus, 'a number above 0', check.cpus(number(cpus ?? ''))),
    memoryBytes: read(
      'memory',
      memory,
      'a size such as 500M or 16G',
      check.memoryBytes(size(memory ?? '')),
    ),
    slots: Object.fromEntries((slots ?? []).map(readSlots)),
  }
}

const readSlots = (text: string): [string, number] => {
  const [, name = '', count = ''] = /^([^=]*)=(\d{1,9})$/.exec(text) ?? []
  const key = name.toLowerCase()
  const own = RESERVED.includes(key) ? undefined : check.slots(Number(count))
  const isWhole = check.slotName.test(key) && count !== ''
  return [key, required('slots', 'NAME=N, such as license=1', isWhole ? own : undefined)]
}

/** What has a flag of its own. */
const RESERVED = ['gpus', 'cpus', 'memory']

const environment = check.entries(check.environmentName, check.text)

/** An empty one, as of `--link=`, says that there are none. */
const readPaths = (key: string, paths: string[], workdir: string): string[] => {
  const given = paths.filter((path) => path !== '')
  const read = given.map((path) => repositoryPath(workdir, path) ?? undefined)
  const wrong = given[read.indexOf(undefined)]
  if (wrong !== undefined) {
    const what = `--${key} names ${JSON.stringify(wrong)}, which is no path inside the repository`
    throw new UserError('bad-config', what)
  }
  return [...new Set(read.filter((path) => path !== undefined))]
}

const required = <T>(key: string, what: string, value: T | undefined): T => {
  if (value === undefined) throw new UserError('bad-config', `--${key} must be ${what}`)
  return value
}
