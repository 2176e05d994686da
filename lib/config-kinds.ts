import { durationMs, sizeBytes } from './spec/amount.ts'

/** What a setting may hold, and how it is read. */
export interface Kind<T> {
  /** Said after "must be". */
  expected: string
  /** Undefined for what is not a value. */
  read(text: string, home: string): T | undefined
  /** What a key without `=` means. */
  bare?: T
  /** Each further value adds to those before, in place of taking their place. */
  joins?: true
}

/** What is kept of slots that nothing uses: so many, or so much. */
export type PoolSize = { slots: number } | { bytes: number }

export const wholeNumber = (least: number, most: number): Kind<number> => ({
  expected: `a whole number from ${least} to ${most}`,
  read: (text) => {
    const number = /^\d{1,9}$/.test(text) ? Number(text) : -1
    return number >= least && number <= most ? number : undefined
  },
})

// Node's timers go no further.
const longestMs = 2 ** 31 - 1

export const count = wholeNumber(0, 1024)

export const duration: Kind<number> = {
  expected: 'a duration such as 10s, 5m or 1h, of at most 24 days',
  read: (text) => {
    const ms = durationMs(text)
    return ms === null || ms > longestMs ? undefined : ms
  },
}

export const durationOrNever: Kind<number | null> = {
  expected: `${duration.expected}, or never`,
  read: (text, home) => (text === 'never' ? null : duration.read(text, home)),
}

export const size: Kind<number> = {
  expected: 'a size such as 500M or 2G',
  read: (text) => sizeBytes(text) ?? undefined,
}

const slots = wholeNumber(1, 1024)

export const poolSize: Kind<PoolSize> = {
  expected: `${slots.expected}, or a size such as 20G`,
  read: (text, home) => {
    if (!/^\d+$/.test(text)) {
      const bytes = sizeBytes(text)
      return bytes === null ? undefined : { bytes }
    }
    const number = slots.read(text, home)
    return number === undefined ? undefined : { slots: number }
  },
}

export const name: Kind<string> = {
  expected: 'a name',
  read: (text) => (text === '' ? undefined : text),
}

export const brokerUrl: Kind<string> = {
  expected: 'an address such as amqp://user:password@host or redis://host',
  read: (text) => (/^(?:amqps?|rediss?):\/\/[^\s\p{Cc}]+$/u.test(text) ? text : undefined),
}

/** May be given several times, too. */
export const words: Kind<string[]> = {
  expected: 'addresses with spaces between them',
  read: (text) => text.split(/\s+/).filter((word) => word !== ''),
  joins: true,
}

export const folder: Kind<string> = {
  expected: 'an absolute path, or one that begins with ~/',
  read: (text, home) => {
    const path = text.replace(/^~(?=\/|$)/, home)
    return path.startsWith('/') ? path : undefined
  },
}

export const oneOf = <T extends string>(...choices: T[]): Kind<T> => ({
  expected: choices.join(', ').replace(/, (?=[^,]*$)/, ' or '),
  read: (text) => choices.find((choice) => choice === text),
})

export const branches: Kind<boolean | string[]> = {
  expected: 'true, false, or patterns of branches with spaces between them',
  bare: true,
  read: (text) => {
    // Git's own words for true and false.
    if (/^(?:true|yes|on|1)$/i.test(text)) return true
    if (/^(?:false|no|off|0|)$/i.test(text)) return false
    const patterns = text.split(/\s+/).filter((pattern) => pattern !== '')
    return patterns.length === 0 ? false : patterns
  },
}

/** `2` counts two, `0,2` names two and `3,` names one. */
export const indices: Kind<number[]> = {
  expected: 'how many GPUs there are, or a list of their indices such as 0,2',
  read: (text) => {
    if (/^\d{1,4}$/.test(text)) return count.read(text, '') === undefined ? undefined : range(text)
    if (!/^\d{1,4}(?:,\d{1,4})*,?$/.test(text)) return undefined
    return [...new Set(text.split(',').filter(Boolean).map(Number))].toSorted((a, b) => a - b)
  },
}

const range = (text: string): number[] => Array.from({ length: Number(text) }, (_, index) => index)

export const yesOrNo: Kind<boolean> = {
  expected: 'true or false',
  bare: true,
  read: (text) =>
    /^(?:true|yes|on|1)$/i.test(text) || (/^(?:false|no|off|0|)$/i.test(text) ? false : undefined),
}

export const optional = <T>(kind: Kind<T>): Kind<T | null> => ({
  expected: kind.expected,
  read: (text, home) => (text === '' ? null : kind.read(text, home)),
})
