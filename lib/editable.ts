import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { delimiter, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'

/** What an editable install of the workspace in a run's Python needs (law 6). */
export interface EditableInstalls {
  /** Folders of the workspace that must be imported from the workplace; relative to the root. */
  roots: string[]
  /** Distributions that cannot be redirected by a search path. */
  unreachable: string[]
}

/**
 * Looks in the Python that a run would use for installs that point into the workspace. Both styles
 * of setuptools, and the `.pth` files of other build tools, are known: a path in a `.pth` file, and
 * a finder module with a map from package to folder.
 */
export const findEditableInstalls = (
  workspace: string,
  path: string | undefined,
  command: string | string[],
): EditableInstalls => {
  const firstWord =
    (typeof command === 'string' ? command.trim().split(/\s+/)[0] : command[0]) ?? ''
  const roots = new Set<string>()
  const unreachable = new Set<string>()
  for (const folder of sitePackages(workspace, path, firstWord)) {
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

const sitePackages = (
  workspace: string,
  path: string | undefined,
  firstWord: string,
): Set<string> => {
  const binFolders = [
    ...(firstWord.includes('/') ? [dirname(resolve(workspace, firstWord))] : []),
    ...(path ?? '').split(delimiter).map((part) => (isAbsolute(part) ? part : '')),
  ]
  const found = new Set<string>()
  for (const bin of binFolders) {
    if (!['python', 'python3'].some((name) => bin !== '' && existsSync(join(bin, name)))) continue
    for (const version of listOf(join(bin, '..', 'lib'))) {
      if (!version.startsWith('python3')) continue
      for (const kind of ['site-packages', 'dist-packages']) {
        found.add(join(bin, '..', 'lib', version, kind))
      }
    }
    // The first Python on the path is the one that runs.
    if (found.size > 0) break
  }
  return found
}

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
