import { posix } from 'node:path'
import { UserError } from '../errors.ts'
import type { Plain } from '../params/plain.ts'
import { readParams } from '../params/read.ts'
import { readExpYaml } from '../spec/exp-yaml.ts'
import type { Hydra } from '../spec/hydra.ts'
import { readNearest } from '../spec/nearest-file.ts'
import { repositoryPath } from '../spec/repository-path.ts'
import type { Tree } from '../spec/tree.ts'

/**
 * Whether configs are composed, and of what: by `hydra` in the nearest exp.yaml, or by DVC's own
 * settings where there is no exp.yaml. Null when they are not.
 */
export const findHydra = async (tree: Tree, workdir: string): Promise<Hydra | null> => {
  const exp = await readNearest(tree, { from: workdir, name: 'exp.yaml' }, readExpYaml)
  if (exp !== null) return exp.said.hydra ?? null
  const shared = await readNearest(tree, { from: workdir, name: '.dvc/config' }, dvcSettings)
  if (shared === null) return null
  const folder = posix.dirname(posix.dirname(shared.path))
  const path = posix.join(folder, '.dvc/config.local')
  const own = await tree.read(path)
  const settings = { ...shared.said, ...(own === null ? {} : await dvcSettings(own, path)) }
  return dvcHydra(settings, shared.path, folder)
}

type Settings = Record<string, string>

const dvcSettings = async (text: string, path: string): Promise<Settings> => {
  const section = (await sections(text, path)).hydra
  if (section === null || typeof section !== 'object' || Array.isArray(section)) return {}
  const single = Object.entries(section).filter(([, value]) => typeof value !== 'object')
  return Object.fromEntries(single.map(([key, value]) => [key, `${value as string | boolean}`]))
}

/** A config of DVC's that cannot be read must not stop who does not even use DVC. */
const sections = async (text: string, path: string): Promise<{ [section: string]: Plain }> => {
  try {
    const read = await readParams(`${path}.ini`, text)
    return read !== null && typeof read === 'object' && !Array.isArray(read) ? read : {}
  } catch (error) {
    if (error instanceof UserError) return {}
    throw error
  }
}

const dvcHydra = (settings: Settings, file: string, folder: string): Hydra | null => {
  if (!/^(?:true|yes|on|1)$/i.test(settings.enabled ?? '')) return null
  for (const key of ['config_module', 'plugins_path']) {
    if (settings[key] === undefined) continue
    throw new UserError(
      'bad-config',
      `${file}: hydra.${key} needs Python, which git-exp does not run`,
      'put `hydra: {config_dir: DIR}` into exp.yaml, or `hydra: false` to compose nothing',
    )
  }
  const path = (name: string): string => {
    const found = repositoryPath(folder, name)
    if (found !== null) return found
    throw new UserError('bad-config', `${file}: hydra names ${name}, outside of the repository`)
  }
  return {
    configDir: path(settings.config_dir ?? 'conf'),
    configName: settings.config_name ?? 'config',
    params: path('params.yaml'),
  }
}
