import { durationMs, sizeBytes } from './spec/amount.ts'

/** How this machine, and this repository on it, run experiments. */
export interface Config {
  jobs: number
  /** The indices that runs may use; null: those that the machine reports. */
  gpus: number[] | null
  /** How many there are of what runs ask for by a name of the user's. */
  slots: Record<string, number>
  graceMs: number
  poolSize: PoolSize
  workplaces: string | null
  maxLogBytes: number
  keepIgnoredBytes: number
  keepIgnoredTotalBytes: number
  /** Patterns of branches, where it is neither all of them nor none. */
  autoqueue: boolean | string[]
  /** Whether a desktop notice tells of each end. */
  notify: boolean
  maxUntrackedBytes: number
  maxBlobBytes: number
  onRewrite: 'supersede' | 'keep' | 'requeue'
  executor: 'temp-dir' | 'in-place' | 'celery'
  remote: string
  broker: string | null
  isolation: string | null
  /** Null: a daemon without work stays. */
  idleExitMs: number | null
}

/** What is kept of slots that nothing uses: so many, or so much. */
export type PoolSize = { slots: number } | { bytes: number }

export interface ConfigKey<T> extends Kind<T> {
  /** As people write it; Git itself prints it in lower case. */
  name: string
  /** Of the machine ones a repository's own config must not decide. */
  scope: 'machine' | 'any'
  /** The value where nobody gave one, as it would be written; '' is none. */
  fallback: string
  explanation: string
}

interface Kind<T> {
  /** Said after "must be". */
  expected: string
  /** Undefined for what is not a value. */
  read(text: string, home: string): T | undefined
  /** What a key without `=` means. */
  bare?: T
}

const machine = <T>(name: string, fallback: string, explanation: string, kind: Kind<T>) =>
  ({ name, scope: 'machine', fallback, explanation, ...kind }) satisfies ConfigKey<T>

const any = <T>(name: string, fallback: string, explanation: string, kind: Kind<T>) =>
  ({ name, scope: 'any', fallback, explanation, ...kind }) satisfies ConfigKey<T>

const wholeNumber = (least: number, most: number): Kind<number> => ({
  expected: `a whole number from ${least} to ${most}`,
  read: (text) => {
    const number = /^\d{1,9}$/.test(text) ? Number(text) : -1
    return number >= least && number <= most ? number : undefined
  },
})

// Node's timers go no further.
const longestMs = 2 ** 31 - 1

const count = wholeNumber(0, 1024)

const duration: Kind<number> = {
  expected: 'a duration such as 10s, 5m or 1h, of at most 24 days',
  read: (text) => {
    const ms = durationMs(text)
    return ms === null || ms > longestMs ? undefined : ms
  },
}

const durationOrNever: Kind<number | null> = {
  expected: `${duration.expected}, or never`,
  read: (text, home) => (text === 'never' ? null : duration.read(text, home)),
}

const size: Kind<number> = {
  expected: 'a size such as 500M or 2G',
  read: (text) => sizeBytes(text) ?? undefined,
}

const slots = wholeNumber(1, 1024)

const poolSize: Kind<PoolSize> = {
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

const name: Kind<string> = {
  expected: 'a name',
  read: (text) => (text === '' ? undefined : text),
}

const folder: Kind<string> = {
  expected: 'an absolute path, or one that begins with ~/',
  read: (text, home) => {
    const path = text.replace(/^~(?=\/|$)/, home)
    return path.startsWith('/') ? path : undefined
  },
}

const oneOf = <T extends string>(...choices: T[]): Kind<T> => ({
  expected: choices.join(', ').replace(/, (?=[^,]*$)/, ' or '),
  read: (text) => choices.find((choice) => choice === text),
})

const branches: Kind<boolean | string[]> = {
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
const indices: Kind<number[]> = {
  expected: 'how many GPUs there are, or a list of their indices such as 0,2',
  read: (text) => {
    if (/^\d{1,4}$/.test(text)) return count.read(text, '') === undefined ? undefined : range(text)
    if (!/^\d{1,4}(?:,\d{1,4})*,?$/.test(text)) return undefined
    return [...new Set(text.split(',').filter(Boolean).map(Number))].toSorted((a, b) => a - b)
  },
}

const range = (text: string): number[] => Array.from({ length: Number(text) }, (_, index) => index)

const yesOrNo: Kind<boolean> = {
  expected: 'true or false',
  bare: true,
  read: (text) =>
    /^(?:true|yes|on|1)$/i.test(text) || (/^(?:false|no|off|0|)$/i.test(text) ? false : undefined),
}

const optional = <T>(kind: Kind<T>): Kind<T | null> => ({
  expected: kind.expected,
  read: (text, home) => (text === '' ? null : kind.read(text, home)),
})

export const SLOTS = 'exp.slots.'

/** The key that counts the slots of one name; Git prints it in lower case. */
export const slotsKey = (name: string): ConfigKey<number> =>
  machine(`${SLOTS}${name}`, '0', 'How many slots of this name there are.', count)

export const configKeys: {
  readonly [Field in Exclude<keyof Config, 'slots'>]: ConfigKey<Config[Field]>
} = {
  jobs: machine(
    'exp.jobs',
    '1',
    'How many experiments run at once, over all repositories.',
    wholeNumber(1, 1024),
  ),
  gpus: machine(
    'exp.gpus',
    '',
    'How many GPUs runs may use, or which, as in 0,2; without it, those that nvidia-smi lists.',
    optional(indices),
  ),
  graceMs: machine(
    'exp.grace',
    '10s',
    'How long a stopped run has to end by itself before it is killed.',
    duration,
  ),
  poolSize: machine(
    'exp.poolSize',
    '4',
    'How many workplaces are kept for the next runs, or how much disk they may take, as in 20G.',
    poolSize,
  ),
  workplaces: machine(
    'exp.workplaces',
    '',
    'The folder that holds the workplaces; without it, one in the cache folder.',
    optional(folder),
  ),
  maxLogBytes: machine(
    'exp.maxLog',
    '64M',
    "How large a run's log may grow before its middle is cut out.",
    size,
  ),
  keepIgnoredBytes: machine(
    'exp.keepIgnored',
    '2G',
    'How much of the ignored files that a run made is kept.',
    size,
  ),
  keepIgnoredTotalBytes: machine(
    'exp.keepIgnoredTotal',
    '20G',
    'How much of ignored files is kept of all runs; those of the oldest go first.',
    size,
  ),
  autoqueue: any(
    'exp.autoqueue',
    'false',
    'Whether a commit queues itself: on all branches, on none, or on those of the patterns.',
    branches,
  ),
  notify: any(
    'exp.notify',
    'false',
    'Whether notify-send tells of each end, where there is a desktop.',
    yesOrNo,
  ),
  maxUntrackedBytes: any(
    'exp.maxUntracked',
    '500M',
    'How much of untracked files one experiment may capture.',
    size,
  ),
  maxBlobBytes: any(
    'exp.maxBlob',
    '5M',
    'Untracked files of a result above this size stay out of Git, in the store.',
    size,
  ),
  onRewrite: any(
    'exp.onRewrite',
    'supersede',
    'What becomes of experiments still queued when their commit is amended or rebased.',
    oneOf('supersede', 'keep', 'requeue'),
  ),
  executor: any(
    'exp.executor',
    'temp-dir',
    'How experiments are run unless they say so themselves.',
    oneOf('temp-dir', 'in-place', 'celery'),
  ),
  remote: any('exp.remote', 'origin', 'The remote that carries experiments to others.', name),
  broker: any(
    'exp.broker',
    '',
    'The address of the broker that the celery executor delivers by.',
    optional(name),
  ),
  isolation: any('exp.isolation', '', 'What else keeps a run apart.', optional(name)),
  idleExitMs: machine(
    'exp.idleExit',
    '1h',
    'How long a daemon without work stays before it ends by itself.',
    durationOrNever,
  ),
}
