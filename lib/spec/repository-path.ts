import { posix } from 'node:path'
import { expandBraces } from './expand-braces.ts'

/**
 * A path or glob written relative to `folder`, made relative to the repository's root; null when
 * it is the root itself, leaves the repository, reaches into a `.git`, or cannot be a path.
 */
export const repositoryPath = (folder: string, entry: string): string | null => {
  if (entry === '' || entry.length > longestPath || entry.includes('\0')) return null
  if (posix.isAbsolute(entry)) return null
  // Joining would take such a `..` for a step out of half a group.
  if (/\{(?:.*[/{},])?\.\.(?:$|[/{},])/s.test(entry)) return null
  const path = posix.join(isGlob(entry) ? escapeGlob(folder) : folder, entry).replace(/\/$/, '')
  const expansions = expandBraces(path)
  return expansions?.every(staysInside) === true ? path : null
}

/** A path with glob characters may still be a file of that very name. */
export const isGlob = (path: string): boolean => /[*?[{]/.test(path)

// The kernel's own limit.
const longestPath = 4096

/** Backslashes and one-letter classes are read as a matcher reads them, so `[.]\./x` is `../x`. */
const staysInside = (path: string): boolean => {
  const plain = posix.normalize(path.replace(/\[(.)\]/gs, '$1').replaceAll('\\', ''))
  const parts = plain.split('/')
  if (posix.isAbsolute(plain) || plain === '.' || plain === './') return false
  return !parts.includes('..') && !parts.some((part) => part.toLowerCase() === '.git')
}

const escapeGlob = (folder: string): string => folder.replace(/[*?[{]/g, '[$&]')
