import { isUuid } from './uuid.ts'

/** An experiment that another comes after: it must have succeeded, or only have ended. */
export interface Dependency {
  id: string
  must: 'succeed' | 'end'
}

/** So many one may come after. */
export const MAX_AFTER = 1000

// The lines of a ticket that say it.
const KEYS = [
  { key: 'after', must: 'succeed' },
  { key: 'after-any', must: 'end' },
] as const

export const printDependencies = (all: Dependency[]): string[] =>
  KEYS.flatMap(({ key, must }) => {
    const ids = all.filter((one) => one.must === must).map(({ id }) => id)
    return ids.length === 0 ? [] : [`${key} ${ids.join(' ')}`]
  })

/** Reads the values of those lines, which were checked. */
export const readDependencies = (line: (key: string) => string | undefined): Dependency[] =>
  KEYS.flatMap(({ key, must }) => (line(key)?.split(' ') ?? []).map((id) => ({ id, must })))

export const isIdList = (value: string): boolean => {
  const ids = value.split(' ')
  return ids.length <= MAX_AFTER && ids.every(isUuid)
}
