import type { Entry, FileEntry, GroupEntry } from './entry.ts'

/** An item of a defaults list, seen from the config that holds the list. */
export type Placed = (FileEntry | GroupEntry) & {
  /** The group of the config that holds it, and that config's package. */
  base: string
  parentPackage: string
  /** The package that the config's own header asks for, once the config was read. */
  header: string | null
}

/** Puts an entry below the config that holds it. */
export const placed = (
  entry: Exclude<Entry, { is: 'self' }>,
  base: string,
  parentPackage: string,
): Placed => {
  const own: Placed = { ...entry, base, parentPackage, header: null }
  if (!own.package?.includes('_group_')) return own
  return {
    ...own,
    package: `_global_.${own.package.replaceAll('_group_', dotted(groupPath(own)))}`,
  }
}

export const groupPath = (entry: Placed): string => {
  const path = entry.is === 'group' ? entry.group : folderOf(entry.path)
  const isAbsolute = (entry.is === 'group' ? entry.group : entry.path).startsWith('/')
  return joined(isAbsolute ? '' : entry.base, withoutSlash(path))
}

/** The config's path below the config folder, without its suffix. */
export const configPath = (entry: Placed, choice: string): string => {
  if (entry.is === 'group') return `${groupPath(entry)}/${choice}`
  return entry.path.startsWith('/') ? entry.path.slice(1) : joined(entry.base, entry.path)
}

/** Where the config's content goes: '' is the root. */
export const finalPackage = (entry: Placed, withHeader = true): string => {
  const relative = entry.is === 'group' ? entry.group : folderOf(entry.path)
  const own = entry.package ?? (withHeader ? entry.header : null) ?? dotted(withoutSlash(relative))
  const whole = [entry.parentPackage, own].filter((part) => part !== '').join('.')
  const root = whole.lastIndexOf(GLOBAL)
  return root === -1 ? whole : whole.slice(root + GLOBAL.length + 1)
}

/** What an override calls it: `db`, or `db@backup` where it has another package than its own. */
export const overrideKey = (entry: Placed): string => {
  const group = groupPath(entry)
  const pkg = finalPackage(entry, false)
  return pkg === dotted(group) ? group : `${group}@${pkg === '' ? GLOBAL : pkg}`
}

/** A header's package is always counted from the root. */
export const withHeader = (entry: Placed, header: string | null): Placed => {
  if (header === null) return entry
  const isRooted = header === GLOBAL || header.startsWith(`${GLOBAL}.`)
  return { ...entry, header: isRooted ? header : `${GLOBAL}.${header}` }
}

const GLOBAL = '_global_'

const dotted = (group: string): string => group.replaceAll('/', '.')

const withoutSlash = (path: string): string => (path.startsWith('/') ? path.slice(1) : path)

const folderOf = (path: string): string => {
  const end = path.lastIndexOf('/')
  return end === -1 ? '' : path.slice(0, end)
}

const joined = (base: string, path: string): string =>
  [base, path].filter((part) => part !== '').join('/')
