import { UserError } from '../errors.ts'
import type { Override } from '../overrides/override.ts'
import { assigned } from './assign.ts'
import { partOverrides, refuseUnused } from './choices.ts'
import type { ConfigFolder } from './config-folder.ts'
import { type Data, isMapping, type Mapping } from './data.ts'
import { listParts, type Part } from './defaults.ts'
import { openInterpolation } from './interpolation/evaluate.ts'
import { merged, within } from './merge.ts'

/**
 * Composes a config as Hydra's `compose` does, and resolves its interpolations: groups first, then
 * the values that overrides change. Throws a `UserError` that names the file and the line.
 */
export const compose = (
  folder: ConfigFolder,
  primary: string,
  overrides: readonly Override[],
  env: NodeJS.ProcessEnv,
): Mapping => {
  refuseAbsent(folder, primary)
  const { choices, values } = partOverrides(folder, overrides)
  const parts = listParts(folder, primary, choices, env)
  refuseUnused(choices)
  const whole = mergedParts(parts, env)
  refuseSearchPath(folder, primary, whole)
  whole.delete('hydra')
  const config = assigned(`the config composed from ${folder.path}/${primary}.yaml`, whole, values)
  const blame = (path: readonly string[]): string => sayer(parts, values, path)
  return openInterpolation(config, { env, blame }).resolveAll()
}

const refuseAbsent = (folder: ConfigFolder, primary: string): void => {
  if (folder.load(primary) !== null) return
  const names = folder.options('')
  throw new UserError(
    'bad-config',
    `there is no ${folder.path}/${primary}.yaml to compose a config from`,
    names.length === 0
      ? `${folder.path} holds no configs`
      : `\`hydra: {config_name: NAME}\` in exp.yaml names one of ${names.join(', ')}`,
  )
}

const mergedParts = (parts: readonly Part[], env: NodeJS.ProcessEnv): Mapping => {
  let whole: Mapping = new Map()
  for (const part of parts) {
    const data = within(part.package, part.config.data)
    if (!isMapping(data)) {
      throw new UserError('bad-config', `${part.config.file}: a list needs a package to stand in`)
    }
    const below = whole
    const deref = (text: string, path: readonly string[]): Data | null =>
      openInterpolation(below, { env, blame: () => part.config.file }).containerAt(text, path)
    whole = withFile(part, () => merged(below, data, deref))
  }
  return whole
}

const withFile = ({ config }: Part, merge: () => Mapping): Mapping => {
  try {
    return merge()
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    throw new UserError(error.code, `${config.file}: ${error.message}`, error.hint)
  }
}

const refuseSearchPath = (folder: ConfigFolder, primary: string, whole: Mapping): void => {
  const hydra = whole.get('hydra')
  if (!isMapping(hydra) || (hydra.get('searchpath') ?? null) === null) return
  throw new UserError(
    'bad-config',
    `${folder.path}/${primary}.yaml: hydra.searchpath is not supported: configs come from one folder`,
    `put the configs into ${folder.path}`,
  )
}

/** Who said the value at a path: the last override or config that did. */
const sayer = (
  parts: readonly Part[],
  values: readonly Override[],
  path: readonly string[],
): string => {
  const override = values.findLast((one) => one.path.every((part, at) => part === path[at]))
  if (override !== undefined) return override.text
  for (const { config, package: pkg } of parts.toReversed()) {
    const below = pkg === '' ? [] : pkg.split('.')
    if (!below.every((part, at) => part === path[at])) continue
    const line = config.lineOf(path.slice(below.length))
    if (line !== null) return `${config.file}:${line}`
  }
  return path.join('.')
}
