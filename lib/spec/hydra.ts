import { repositoryPath } from './repository-path.ts'

/** What a parameter file is composed of; paths are relative to the repository's root. */
export interface Hydra {
  configDir: string
  /** The primary config, without its suffix. */
  configName: string
  /** The file that the composed config is written to, in the snapshot alone. */
  params: string
}

export const hydraKeys: readonly string[] = ['config_dir', 'config_name', 'params']

/** What `hydra: true` means beside an exp.yaml in that folder. */
export const hydraDefaults = (folder: string): Hydra => ({
  configDir: repositoryPath(folder, 'conf') ?? 'conf',
  configName: 'config',
  params: repositoryPath(folder, 'params.yaml') ?? 'params.yaml',
})

/** A config's name: a path below the config folder. */
export const configName = (text: unknown): string | undefined =>
  typeof text === 'string' && repositoryPath('', text) === text && !/[*?[{\\]/.test(text)
    ? text.replace(/\.yaml$/, '')
    : undefined
