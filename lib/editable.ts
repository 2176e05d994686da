import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { delimiter, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'

/** What an editable install of the workspace in a run's Python needs (law 6). */
export interface EditableInstalls {
  /** Folders of the workspace that must be imported from the workplace; relative to the root. */
  roots: string[]
  /** Distributions that cannot be redirected by a search path. */
  unreachable: string[]
}

interface Run {
  workspace: string
  /** Where the command runs, relative to the workspace. */
  workdir: string
  command: string | string[]
  env: NodeJS.ProcessEnv
}

/**
 * Looks in the Python that a run would use for installs that point into the workspace. Both styles
 * of setuptools, and the `.pth` files of other build tools, are known: a path in a `.pth` file, and
 * a finder module with a map from package to folder.
 */
export const findEditableInstalls = ({ workspace, command, ...python }: Run): EditableInstalls => {
  const firstWord =
    (typeof command === 'string' ? command.trim().split(/\s+/)[0] : command[0]) ?? ''
  const roots = new Set<string>()
  const unreachable = new Set<string>()
  for (const folder of sitePackages(workspace, firstWord, python)) {
    for (const name of listOf(folder)) {
      const file = join(folder, name)
      if (name.endsWith('.pth')) {
        for (const line of read(file).split('\n')) {
          const root = isAbsolute(line.trim()) ? inside(workspace, line.trim()) : null
          if (root !== null) roots.add(root)
        }
      } else if (/^__editable__.*\.py$/.test(name)) {
        for (const [pkg, target] of finderMap(read(file))) {
          const found = inside(workspace, target)
          if (found === null) continue
          // The search path finds a package by its folder's name alone.
          if (target.endsWith(`${sep}${pkg.replaceAll('.', sep)}`)) {
            roots.add(found.split('/').slice(0, -pkg.split('.').length).join('/'))
          } else if (!existsSync(`${target}.py`)) unreachable.add(pkg)
          else roots.add(found.split('/').slice(0, -1).join('/'))
        }
      }
    }
  }
  return { roots: [...roots].sort(), unreachable: [...unreachable].sort() }
}

/** The line that `add` says of them, or null. */
export const describeEditable = ({ roots, unreachable }: EditableInstalls): string | null => {
  const parts = [
    ...(roots.length === 0
      ? []
      : [
          `the editable install of ${roots.map((root) => root || '.').join(', ')} is imported from the snapshot`,
        ]),
    ...(unreachable.length === 0
      ? []
      : [
          `${unreachable.join(', ')} is installed in a way that cannot be redirected: runs import your present code`,
        ]),
  ]
  return parts.length === 0 ? null : parts.join('; ')
}

/** The folders that the run's Python, the first one on the path, imports installed packages from. */
const sitePackages = (
  workspace: string,
  firstWord: string,
  { workdir, env }: Omit<Run, 'workspace' | 'command'>,
): string[] => {
  const bin = [
    ...(firstWord.includes('/') ? [dirname(resolve(workspace, workdir, firstWord))] : []),
    ...(env.PATH ?? '').split(delimiter).filter(isAbsolute),
  ].find(
    (folder) =>
      ['python', 'python3'].some((name) => existsSync(join(folder, name))) &&
      packagesBelow(join(folder, '..', 'lib')).length > 0,
  )
  return bin === undefined ? [] : packagesOf(bin, env)
}

const packagesOf = (bin: string, env: NodeJS.ProcessEnv): string[] => {
  const venv = read(join(bin, '..', 'pyvenv.cfg'))
  const own = packagesBelow(join(bin, '..', 'lib'))
  if (venv !== '') {
    const base = /^home *= *(.+?) *$/m.exec(venv)?.[1]
    const seesBase = /^include-system-site-packages *= *true *$/im.test(venv)
    return seesBase && base !== undefined && base !== bin ? [...own, ...packagesOf(base, env)] : own
  }
  return [
    ...own,
    // Debian's Python installs for all users here, and any Python for one user there.
    ...(bin === '/usr/bin' ? packagesBelow('/usr/local/lib') : []),
    ...packagesBelow(join(env.PYTHONUSERBASE || join(env.HOME ?? '/', '.local'), 'lib')),
  ]
}

const packagesBelow = (lib: string): string[] =>
  listOf(lib)
    .filter((version) => version.startsWith('python3'))
    .flatMap((version) =>
      ['site-packages', 'dist-packages'].map((kind) => join(lib, version, kind)),
    )

/** The entries of `MAPPING: dict[str, str] = {'pkg': '/folder/pkg'}` in setuptools' finder. */
const finderMap = (source: string): [string, string][] => {
  const map = /^MAPPING\b[^{\n]*(\{[^\n]*\})/m.exec(source)?.[1] ?? ''
  return [...map.matchAll(/'([^']+)': '([^']+)'/g)].map(([, pkg = '', target = '']) => [
    pkg,
    target,
  ])
}

/** A path below the workspace, relative to it and with `/`, or null for one outside. */
const inside = (workspace: string, path: string): string | null => {
  const way = relative(workspace, path)
  if (way.startsWith('..') || isAbsolute(way)) return null
  return way.split(sep).join('/')
}

const listOf = (folder: string): string[] => {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

const read = (file: string): string => {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
