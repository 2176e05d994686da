import { lstatSync } from 'node:fs'
import { UserError } from '../errors.ts'

/** How much untracked work a capture takes: design section 4. */
export interface UntrackedRules {
  /** `all` lifts the limits and takes what looks like a secret. */
  take: 'normal' | 'all'
  maxBytesTogether: number
  /** Ignored files, relative to the root, that are taken all the same. */
  also?: string[]
}

export interface UntrackedFiles {
  /** Paths relative to the root, a latin1 character a byte. */
  paths: string[]
  /** All of them together. */
  bytes: number
  /** Sentences about what was left out. */
  notes: string[]
}

const MAX_BYTES_EACH = 50 * 1024 * 1024
const SECRET = /^(?:\.env.*|.*\.pem|id_.*|credentials.*)$/i

/** The untracked files that a snapshot carries; throws when they are too large for it. */
export const chooseUntracked = (
  worktree: string,
  found: string[],
  rules: UntrackedRules,
): UntrackedFiles => {
  const nested = found.filter((path) => path.endsWith('/'))
  const also = (rules.also ?? []).map((path) => Buffer.from(path).toString('latin1'))
  const files = [...found.filter((path) => !path.endsWith('/')), ...also]
  const secrets = rules.take === 'all' ? [] : files.filter(looksSecret)
  const paths = secrets.length === 0 ? files : files.filter((path) => !looksSecret(path))
  const sizes = paths.map((path) => ({ path, bytes: sizeOf(worktree, path) }))
  const bytes = sizes.reduce((sum, one) => sum + one.bytes, 0)
  if (rules.take === 'normal') refuseLarge(sizes, bytes, rules.maxBytesTogether)
  return {
    paths,
    bytes,
    notes: [
      ...(nested.length === 0 ? [] : [`left out nested repositories: ${listPaths(nested)}`]),
      ...(secrets.length === 0
        ? []
        : [`left out what may be secrets: ${listPaths(secrets)} (--untracked=all takes them)`]),
    ],
  }
}

/** A raw path as people read it. */
export const pathText = (path: string): string => Buffer.from(path, 'latin1').toString()

export const looksSecret = (path: string): boolean =>
  SECRET.test(path.slice(path.lastIndexOf('/') + 1))

/** A few raw paths as people read them, and how many more there are. */
export const listPaths = (paths: string[]): string => {
  const shown = paths.slice(0, 5).map(pathText).join(', ')
  return paths.length > 5 ? `${shown} and ${paths.length - 5} more` : shown
}

const refuseLarge = (
  sizes: { path: string; bytes: number }[],
  together: number,
  maxTogether: number,
): void => {
  const isLarge = sizes.some(({ bytes }) => bytes > MAX_BYTES_EACH) || together > maxTogether
  if (!isLarge) return
  const largest = sizes
    .toSorted((a, b) => b.bytes - a.bytes)
    .slice(0, 5)
    .map(({ path, bytes }) => `  ${megabytes(bytes)} MB  ${pathText(path)}`)
  throw new UserError(
    'too-large',
    `the untracked files are too large for a snapshot (${megabytes(together)} MB):\n${largest.join('\n')}`,
    'ignore them in .gitignore, link them (link: in exp.yaml), or take them with --untracked=all',
  )
}

const sizeOf = (worktree: string, path: string): number => {
  try {
    return lstatSync(Buffer.from(`${Buffer.from(worktree).toString('latin1')}/${path}`, 'latin1'))
      .size
  } catch {
    return 0
  }
}

const megabytes = (bytes: number): string => (bytes / 1024 / 1024).toFixed(1)
