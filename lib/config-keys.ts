import {
  branches,
  brokerUrl,
  count,
  duration,
  durationOrNever,
  folder,
  indices,
  type Kind,
  name,
  oneOf,
  optional,
  type PoolSize,
  poolSize,
  size,
  wholeNumber,
  words,
  yesOrNo,
} from './config-kinds.ts'

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
  clusterKey: string | null
  queueName: string
  /** Addresses of remotes, or what they begin with. */
  workerRemotes: string[]
  python: string | null
  /** Whether a slot has all files itself, or those of an image and a layer above it. */
  isolation: 'checkout' | 'overlay'
  /** Null: a daemon without work stays. */
  idleExitMs: number | null
}

export interface ConfigKey<T> extends Kind<T> {
  /** As people write it; Git itself prints it in lower case. */
  name: string
  /** Of the machine ones a repository's own config must not decide. */
  scope: 'machine' | 'any'
  /** The value where nobody gave one, as it would be written; '' is none. */
  fallback: string
  explanation: string
}

const machine = <T>(name: string, fallback: string, explanation: string, kind: Kind<T>) =>
  ({ name, scope: 'machine', fallback, explanation, ...kind }) satisfies ConfigKey<T>

const any = <T>(name: string, fallback: string, explanation: string, kind: Kind<T>) =>
  ({ name, scope: 'any', fallback, explanation, ...kind }) satisfies ConfigKey<T>

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
  broker: machine(
    'exp.broker',
    '',
    'The address of the broker that delivers to a cluster: amqp://… or redis://….',
    optional(brokerUrl),
  ),
  clusterKey: any(
    'exp.clusterKey',
    '',
    'The file with the key that what goes to the cluster is signed with.',
    optional(folder),
  ),
  queueName: any(
    'exp.queueName',
    'exp.default',
    'The queue of the cluster: exp.default, exp.gpu or exp.host.HOST.',
    name,
  ),
  workerRemotes: machine(
    'exp.workerRemotes',
    '',
    'The remotes that a worker here takes experiments from: addresses, or what they begin with.',
    words,
  ),
  python: machine(
    'exp.python',
    '',
    'The Python that workers run by; without it, python3 or the system’s own that has Celery.',
    optional(name),
  ),
  isolation: machine(
    'exp.isolation',
    'checkout',
    'What a run has its files from: a checkout of its own, or an overlay (Linux) over one that all share.',
    oneOf('checkout', 'overlay'),
  ),
  idleExitMs: machine(
    'exp.idleExit',
    '1h',
    'How long a daemon without work stays before it ends by itself.',
    durationOrNever,
  ),
}
