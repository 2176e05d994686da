import { repositoryPath } from './repository-path.ts'

/** Gives a checked copy of a value from outside, or undefined when it is not what it should be. */
export type Check<T> = (value: unknown) => T | undefined

export const object: Check<Record<string, unknown>> = (value) =>
  isObject(value) ? value : undefined

export const text: Check<string> = (value) =>
  typeof value === 'string' && value.length <= longestText && !value.includes('\0')
    ? value
    : undefined

export const script: Check<string> = (value) => {
  const given = text(value)
  return given?.trim() === '' ? undefined : given
}

export const command: Check<string | string[]> = (value) => {
  if (!Array.isArray(value)) return script(value)
  const argv = list(text, longestArgv)(value)
  return argv?.[0] === undefined || argv[0] === '' ? undefined : argv
}

export const path: Check<string> = (value) =>
  typeof value === 'string' ? (repositoryPath('', value) ?? undefined) : undefined

export const oneOf =
  <T extends string>(...allowed: T[]): Check<T> =>
  (value) =>
    allowed.find((one) => one === value)

export const number =
  (least: number, most: number): Check<number> =>
  (value) =>
    typeof value === 'number' && value >= least && value <= most ? value : undefined

export const integer =
  (least: number, most: number): Check<number> =>
  (value) =>
    Number.isSafeInteger(value) ? number(least, most)(value) : undefined

export const orNull =
  <T>(check: Check<T>): Check<T | null> =>
  (value) =>
    value === null ? null : check(value)

export const list =
  <T>(check: Check<T>, most = mostItems): Check<T[]> =>
  (value) => {
    if (!Array.isArray(value) || value.length > most) return undefined
    const items = value.map(check).filter((item) => item !== undefined)
    return items.length === value.length ? items : undefined
  }

export const entries =
  <T>(name: RegExp, check: Check<T>): Check<Record<string, T>> =>
  (value) => {
    const given = object(value)
    if (given === undefined) return undefined
    const pair: Check<[string, T]> = (key) => {
      const item = typeof key === 'string' && name.test(key) ? check(given[key]) : undefined
      return item === undefined ? undefined : [String(key), item]
    }
    const pairs = list(pair)(Object.keys(given))
    // Not by assignment, which would take the name `__proto__` for something else.
    return pairs && Object.fromEntries(pairs)
  }

export const direction = oneOf<'max' | 'min'>('max', 'min')
export const gpus = integer(0, 4096)
export const cpus = number(0.001, 1e6)
export const memoryBytes = integer(1, Number.MAX_SAFE_INTEGER)
export const slots = integer(0, 4096)
/** What Git takes for the last part of a key, which it compares in lower case. */
export const slotName = /^[a-z][a-z0-9-]{0,63}$/
export const mostRetries = 100
export const retries = integer(0, mostRetries)
export const timeoutSeconds = number(0.001, 366 * 86_400)
export const environmentName = /^[A-Za-z_][A-Za-z0-9_]*$/
export const metricName = /^\P{Cc}{1,256}$/u

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const mostItems = 1000
// A shell's glob on the command line may have become many words.
const longestArgv = 100_000
// The kernel's limit for one argument or variable.
const longestText = 2 ** 17 - 1
