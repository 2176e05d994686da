import type { AnyExperiment } from '../experiment.ts'
import { flattenFiles } from '../flatten.ts'
import type { Plain } from '../params/plain.ts'

/** An experiment as a line of a table: its parameters and metrics by dotted key. */
export interface Row {
  experiment: AnyExperiment
  params: Map<string, Plain>
  metrics: Map<string, Plain>
}

export const rowOf = (experiment: AnyExperiment): Row => ({
  experiment,
  params: flattenFiles(experiment.params),
  metrics: flattenFiles(experiment.metrics),
})

/** Facts that are neither parameters nor metrics. Times are ISO 8601, durations seconds. */
const FACTS: Record<string, (experiment: AnyExperiment, nowMs: number) => Plain | undefined> = {
  number: ({ number }) => number ?? undefined,
  name: ({ name }) => name,
  state: ({ state }) => state.is,
  reason: ({ state }) => ('reason' in state ? state.reason.code : undefined),
  base: ({ baseline }) => baseline,
  branch: ({ branch }) => branch ?? undefined,
  executor: ({ executor }) => executor ?? undefined,
  command: ({ command }) => (Array.isArray(command) ? command.join(' ') : (command ?? undefined)),
  priority: ({ priority }) => priority,
  attempt: ({ state }) => ('attempt' in state ? state.attempt : 0),
  exit: ({ state }) => ('exitCode' in state ? (state.exitCode ?? undefined) : undefined),
  created: ({ queuedAt }) => new Date(queuedAt).toISOString(),
  started: (one) => isoOrNothing(startOf(one)),
  ended: ({ state }) => isoOrNothing('endedAt' in state ? state.endedAt : null),
  age: ({ queuedAt }, nowMs) => (nowMs - queuedAt) / 1000,
  duration: (one, nowMs) => {
    const start = startOf(one)
    if (start === null) return undefined
    return (('endedAt' in one.state ? one.state.endedAt : nowMs) - start) / 1000
  },
  starred: ({ starred }) => starred,
  tag: ({ tags }) => (tags.length === 0 ? undefined : tags.join(' ')),
  note: ({ note }) => note ?? undefined,
}

export const FACT_NAMES = Object.keys(FACTS)

const startOf = ({ state }: AnyExperiment): number | null =>
  'startedAt' in state ? state.startedAt : null

const isoOrNothing = (ms: number | null): string | undefined =>
  ms === null ? undefined : new Date(ms).toISOString()

/**
 * What a name means in a row: a fact (`state`), else a metric, else a parameter; `metrics.acc` and
 * `params.lr` say which, `params.yaml:lr` the file. Undefined where the row has none.
 */
export const cellOf = (row: Row, name: string, nowMs: number): Plain | undefined => {
  const fact = Object.hasOwn(FACTS, name) ? FACTS[name] : undefined
  if (fact !== undefined) return fact(row.experiment, nowMs)
  const own = row.metrics.get(name) ?? row.params.get(name)
  if (own !== undefined) return own
  if (name.startsWith('metrics.')) return row.metrics.get(name.slice('metrics.'.length))
  if (name.startsWith('params.') && row.params.has(name.slice('params.'.length))) {
    return row.params.get(name.slice('params.'.length))
  }
  const colon = name.indexOf(':')
  if (colon < 0) return undefined
  const file = name.slice(0, colon)
  const content = row.experiment.metrics[file] ?? row.experiment.params[file]
  return content === undefined
    ? undefined
    : flattenFiles({ [file]: content }).get(name.slice(colon + 1))
}

/** Every name that means something in one of these rows. */
export const knownNames = (rows: Row[]): Set<string> =>
  withKeys(withKeys(new Set(FACT_NAMES), rows, 'metrics'), rows, 'params')

/** Whether a name, in whichever of its forms, means something. A file's own keys are not looked into. */
export const isKnown = (name: string, known: Set<string>): boolean =>
  known.has(name) || name.includes(':') || known.has(name.replace(/^(?:params|metrics)\./, ''))

/** The same set, with all keys of one side. */
export const withKeys = (
  names: Set<string>,
  rows: Row[],
  side: 'params' | 'metrics',
): Set<string> => {
  for (const row of rows) for (const key of row[side].keys()) names.add(key)
  return names
}
