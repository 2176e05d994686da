import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
} from 'node:fs'
import { join, posix, sep } from 'node:path'
import { UserError } from '../errors.ts'
import { tooBig } from '../params/bad-file.ts'
import { type Config, readConfig } from './read-config.ts'

/** The folder of configs, read from the workspace; each file is read once for all of a sweep. */
export interface ConfigFolder {
  /** Relative to the repository's root. */
  path: string
  hasGroup: (group: string) => boolean
  /** The names of a group's configs, sorted. */
  options: (group: string) => string[]
  /** The names of the groups in a group; '' is the folder itself. */
  groups: (group: string) => string[]
  /** Null where there is no such config. */
  load: (config: string) => Config | null
}

/** Opens a config folder. Throws a `UserError` where there is none, or where it is elsewhere. */
export const openConfigFolder = (worktree: string, path: string): ConfigFolder => {
  const root = realpathSync(worktree)
  const configs = new Map<string, Config | null>()
  const at = (name: string): string | null => insideOf(root, posix.join(path, checked(name)))
  const list = (group: string, wanted: 'file' | 'folder'): string[] => {
    const folder = at(group)
    if (folder === null || kindOf(folder) !== 'folder') return []
    const names = readdirSync(folder)
      .filter((name) => name !== '__pycache__' && !name.startsWith('.'))
      .filter((name) => wanted === 'folder' || name.endsWith('.yaml'))
      .filter((name) => kindOf(join(folder, name)) === wanted)
    return names.map((name) => (wanted === 'file' ? name.slice(0, -'.yaml'.length) : name)).sort()
  }
  const load = (name: string): Config | null => {
    const suffixed = name.endsWith('.yaml') ? name : `${name}.yaml`
    const found = at(suffixed)
    if (found === null || kindOf(found) !== 'file') return null
    const file = posix.join(path, suffixed)
    return readConfig(file, textOf(file, found))
  }
  const folder = at('')
  if (folder === null || kindOf(folder) !== 'folder') {
    throw new UserError(
      'bad-config',
      `there is no folder ${path} to compose a config from`,
      '`hydra: {config_dir: DIR}` in exp.yaml names another one',
    )
  }
  return {
    path,
    hasGroup: (group) => {
      const found = group === '' ? null : at(group)
      return found !== null && kindOf(found) === 'folder'
    },
    options: (group) => list(group, 'file'),
    groups: (group) => list(group, 'folder'),
    load: (name) => {
      const known = configs.get(name)
      if (known !== undefined) return known
      const config = load(name)
      configs.set(name, config)
      return config
    },
  }
}

const checked = (name: string): string => {
  const parts = name.split('/')
  if (!parts.includes('..') && !name.includes('\0')) return name
  throw new UserError('bad-config', `${JSON.stringify(name)} leads out of the config folder`)
}

/** The real file, if there is one: a link may lead elsewhere in the repository, but not out of it. */
const insideOf = (root: string, path: string): string | null => {
  try {
    const real = realpathSync(join(root, path))
    const isInside = real === root || real.startsWith(root + sep)
    if (isInside && !real.slice(root.length).split(sep).includes('.git')) return real
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG') return null
    throw new UserError('bad-config', `${path} cannot be read: ${code}`)
  }
  throw new UserError(
    'bad-config',
    `${path} is a link that leads out of the repository`,
    'a snapshot would not carry what it names: put the config into the repository',
  )
}

const kindOf = (file: string): 'file' | 'folder' | null => {
  const found = statSync(file, { throwIfNoEntry: false })
  if (found?.isFile()) return 'file'
  return found?.isDirectory() ? 'folder' : null
}

const textOf = (name: string, file: string): string => {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants
  const fd = openSync(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
  try {
    if (fstatSync(fd).size > MOST_BYTES) throw tooBig(name, ' '.repeat(fstatSync(fd).size))
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(fd))
  } catch (error) {
    if (error instanceof UserError) throw error
    throw new UserError('bad-config', `${name} cannot be read as UTF-8 text`)
  } finally {
    closeSync(fd)
  }
}

// The YAML reader's own limit for one file.
const MOST_BYTES = 4_000_000
