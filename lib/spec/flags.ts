import { UserError } from '../errors.ts'
import { durationMs } from './amount.ts'
import * as check from './checks.ts'
import { repositoryPath } from './repository-path.ts'
import type { Spec } from './spec.ts'

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
  return given
}

const pathFlags = ['params', 'metrics', 'outputs', 'link', 'copy', 'keep'] as const

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
