import { randomInt } from 'node:crypto'
import { UserError } from './errors.ts'
import type { Override } from './overrides/override.ts'
import { ADJECTIVES, NOUNS } from './words.ts'

export const MAX_NAME_BYTES = 100
/** Longer than this, names made of parameters no longer help anyone. */
const MAX_PARAMETER_NAME = 60

/** Why a name cannot be an experiment's, or null if it can. */
export const nameProblem = (name: string): string | null => {
  if (name === '') return 'is empty'
  if (!/^[A-Za-z0-9._=,+-]+$/.test(name)) return 'has other characters than A-Z a-z 0-9 . _ = , + -'
  if (name.length > MAX_NAME_BYTES) return `is longer than ${MAX_NAME_BYTES} characters`
  if (/^[-.]/.test(name)) return `starts with ${name[0]}`
  if (/^\d+$/.test(name)) return 'is a number, and numbers name experiments already'
  if (/^[0-9a-fA-F]{7,64}$/.test(name)) return 'looks like an object id'
  if (name.toUpperCase() === 'HEAD') return 'is a name that Git has taken'
  if (name.includes('..') || name.endsWith('.') || name.toLowerCase().endsWith('.lock')) {
    return 'cannot be a ref of Git: no "..", no "." or ".lock" at the end'
  }
  return null
}

export const checkName = (name: string): string => {
  const problem = nameProblem(name)
  if (problem === null) return name
  throw new UserError('bad-name', `the name “${name}” ${problem}`, 'choose another one with -n')
}

/** Names that differ in case alone clash everywhere, since on some file systems their refs do. */
export const foldName = (name: string): string => name.normalize('NFC').toLowerCase()

/**
 * How the names of one `add` come about: given by the user, from parameters, or else numbered after
 * one that is made.
 */
export const proposeNames = (
  given: string | null,
  sweep: Override[][],
  otherwise: () => string = randomName,
): string[] => {
  const numbered = (base: string): string[] =>
    sweep.length === 1 ? [base] : sweep.map((_, i) => `${base}-${i + 1}`)
  if (given !== null) return numbered(checkName(given)).map(checkName)
  const fromParameters = sweep.map(parameterName)
  const useful = fromParameters.every((name) => name !== null && nameProblem(name) === null)
  return useful ? (fromParameters as string[]) : numbered(otherwise())
}

/**
 * The first of `name`, `name-2`, `name-3` … that is not taken; with `from` no number below it.
 * `taken` holds folded names.
 */
export const freeName = (name: string, taken: ReadonlySet<string>, from = 2): string => {
  if (!taken.has(foldName(name))) return name
  for (let n = from; ; n++) {
    const suffix = `-${n}`
    const candidate = `${name.slice(0, MAX_NAME_BYTES - suffix.length)}${suffix}`
    if (!taken.has(foldName(candidate))) return candidate
  }
}

export const randomName = (): string =>
  `${ADJECTIVES[randomInt(ADJECTIVES.length)]}-${NOUNS[randomInt(NOUNS.length)]}`

/** `lr=0.1,depth=18`: of each changed parameter the last part of its key. */
const parameterName = (overrides: Override[]): string | null => {
  if (overrides.length === 0) return null
  // Of a config group too: `server/db` is `db`.
  const lastParts = overrides.map(({ path }) => path.at(-1)?.split('/').at(-1))
  const unique = new Set(lastParts).size === lastParts.length
  const name = overrides
    .map(({ path, text }, i) => {
      const key = unique ? lastParts[i] : path.join('.')
      const value = text.slice(text.indexOf('=') + 1).replace(/^(['"])(.*)\1$/, '$2')
      return text.includes('=') ? `${key}=${value}` : `no-${key}`
    })
    .join(',')
  return name.length > MAX_PARAMETER_NAME ? null : name
}
