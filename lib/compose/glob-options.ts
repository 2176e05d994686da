import type { Glob } from '../overrides/sweep.ts'

/** The names that a glob picks, by the rules of a shell: `*`, `?` and `[a-z]`. */
export const matching = (names: readonly string[], { include, exclude }: Glob): string[] => {
  const [taken, left] = [include.map(pattern), exclude.map(pattern)]
  return names.filter((name) => isAny(taken, name) && !isAny(left, name))
}

const isAny = (patterns: RegExp[], name: string): boolean => patterns.some((one) => one.test(name))

const pattern = (glob: string): RegExp => {
  const parts = glob.match(/\*+|\?|\[!?\]?[^\]]*\]|./gsu) ?? []
  try {
    return new RegExp(`^${parts.map(partOf).join('')}$`, 'su')
  } catch {
    // A range that runs backwards, such as [z-a], holds nothing but its own text.
    return new RegExp(`^${literal(glob)}$`, 'su')
  }
}

const partOf = (part: string): string => {
  if (part.startsWith('*')) return '.*'
  if (part === '?') return '.'
  if (part.length < 3 || !part.startsWith('[')) return literal(part)
  const isNot = part[1] === '!'
  return `[${isNot ? '^' : ''}${part.slice(isNot ? 2 : 1, -1).replace(/[\\\][^&|~]/g, '\\$&')}]`
}

const literal = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
