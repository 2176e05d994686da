import { UserError } from './errors.ts'
import type { Sampling } from './overrides/sample.ts'
import type { Baseline } from './repository.ts'
import { parseSpec, printSpec, type Spec } from './spec/spec.ts'
import { parseTrailers, printMessage, type Trailer } from './trailers.ts'
import { isUuid } from './uuid.ts'

/** The ways to run; design section 6. */
export const EXECUTORS = ['temp-dir', 'in-place', 'celery'] as const
export type Executor = (typeof EXECUTORS)[number]

/** A file that overrides changed. */
export interface Replaced {
  /** Relative to the root. */
  path: string
  /** The blob that the workspace had there; null where it had none. */
  original: string | null
}

/** What a snapshot's message says of its experiment. */
export interface SnapshotFacts {
  id: string
  queue: string
  /** The name at capture; the ref's name is the truth. */
  name: string
  baseline: string
  branch: string | null
  /** Where the command runs, relative to the root, without slashes around it. */
  workdir: string
  /** Each as it would be typed behind `-S`. */
  overrides: string[]
  replaced: Replaced[]
  /** What drew the overrides' values, if anything did; written for people, and not read back. */
  sample?: Sampling
  executor: Executor
  /** Null in snapshots of commits that hooks made themselves once: exp.yaml is read from the commit. */
  spec: Spec | null
}

export const printSnapshotMessage = (facts: SnapshotFacts, baseline: Baseline): string => {
  const where = facts.branch ?? '(no branch)'
  const trailers: Trailer[] = [
    ['Exp-Version', 1],
    ['Exp-Id', facts.id],
    ['Exp-Queue', facts.queue],
    ['Exp-Name', facts.name],
    ['Exp-Baseline', facts.baseline],
    ['Exp-Branch', facts.branch],
    ['Exp-Workdir', facts.workdir],
    ...facts.overrides.map((text): Trailer => ['Exp-Override', text]),
    ...facts.replaced.map(({ path, original }): Trailer => ['Exp-Replaced', [path, original]]),
    ...(facts.sample === undefined ? [] : [['Exp-Sample', facts.sample] satisfies Trailer]),
    ['Exp-Executor', facts.executor],
    ...(facts.spec === null ? [] : specTrailers(facts.spec)),
  ]
  return printMessage(
    `exp: ${facts.name} on ${where} ${baseline.short} ${baseline.subject}`,
    trailers,
  )
}

const OID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/

/** Reads a snapshot's message back. Throws `UserError` with what is wrong: it may be forged. */
export const parseSnapshotMessage = (message: string): SnapshotFacts => {
  const trailers = parseTrailers(message)
  const one = (key: string): unknown => {
    const values = trailers.get(key) ?? []
    if (values.length > 1) throw malformed(key)
    return values[0] ?? null
  }
  const text = (key: string): string => {
    const value = one(key)
    if (typeof value !== 'string') throw malformed(key)
    return value
  }
  if (one('Exp-Version') !== 1) throw malformed('Exp-Version')
  const id = text('Exp-Id')
  const baseline = text('Exp-Baseline')
  const branch = one('Exp-Branch')
  const workdir = text('Exp-Workdir')
  const executor = EXECUTORS.find((known) => known === one('Exp-Executor'))
  const overrides = trailers.get('Exp-Override') ?? []
  const spec = one('Exp-Spec')
  if (!isUuid(id)) throw malformed('Exp-Id')
  if (!OID.test(baseline)) throw malformed('Exp-Baseline')
  if (branch !== null && typeof branch !== 'string') throw malformed('Exp-Branch')
  if (!isInside(workdir)) throw malformed('Exp-Workdir')
  if (executor === undefined) throw malformed('Exp-Executor')
  if (!overrides.every((value) => typeof value === 'string')) throw malformed('Exp-Override')
  return {
    id,
    queue: text('Exp-Queue'),
    name: text('Exp-Name'),
    baseline,
    branch,
    workdir,
    overrides,
    replaced: (trailers.get('Exp-Replaced') ?? []).map(parseReplaced),
    executor,
    spec:
      spec === null ? null : parseSpec(JSON.stringify({ ...spec, command: one('Exp-Command') })),
  }
}

/** The command has a trailer of its own, for people who read the log. */
const specTrailers = (spec: Spec): Trailer[] => {
  const { command, ...rest } = JSON.parse(printSpec(spec)) as Record<string, unknown>
  return [
    ['Exp-Command', command],
    ['Exp-Spec', rest],
  ]
}

const parseReplaced = (value: unknown): Replaced => {
  const [path, original, ...more] = Array.isArray(value) ? (value as unknown[]) : []
  const isFile =
    typeof path === 'string' &&
    path !== '' &&
    isInside(path) &&
    !/(?:^|\/)\.git(?:\/|$)/i.test(path)
  const isBlob = original === null || (typeof original === 'string' && OID.test(original))
  if (!isFile || !isBlob || more.length > 0) throw malformed('Exp-Replaced')
  return { path, original }
}

/** Whether a path with slashes stays below the folder it is relative to. */
export const isInside = (path: string): boolean =>
  !path.startsWith('/') && !path.includes('\0') && !path.split('/').includes('..')

const malformed = (key: string): UserError =>
  new UserError('refused-by-daemon', `the snapshot's trailer ${key} is missing or malformed`)
