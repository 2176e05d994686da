import { stateText } from '../lib/describe.ts'
import type { Experiment } from '../lib/experiment.ts'
import { experimentJson } from '../lib/experiment-json.ts'
import { findExperiment } from '../lib/find-experiment.ts'
import { flattenFiles } from '../lib/flatten.ts'
import { parseOverride } from '../lib/overrides/parse.ts'
import type { Plain } from '../lib/params/plain.ts'
import { printPlain } from '../lib/params/plain-json.ts'
import { pendingExperiments } from '../lib/pending.ts'
import { openSession, type Session, withHistory } from './session.ts'
import { type Column, plainText, printTable, terminalWidth } from './table.ts'
import { valueText } from './value-text.ts'

/** The experiments side by side, newest first: name, state, changed parameters, metrics. */
export const show = async (options: { names: string[]; json?: boolean }): Promise<number> => {
  const session = await openSession()
  const experiments = await choose(session, options.names)
  if (options.json === true) {
    const all = experiments.map((one) => experimentJson(session.places, one))
    process.stdout.write(`${printPlain(all)}\n`)
    return 0
  }
  if (experiments.length === 0) {
    process.stderr.write('there is no experiment in this repository yet\n')
    return 0
  }
  const now = Date.now()
  const params = experiments.map((one) => flattenFiles(one.params))
  const metrics = experiments.map((one) => flattenFiles(one.metrics))
  const columns: Column[] = [
    { head: '#', cells: experiments.map((one) => String(one.number ?? '')), align: 'right' },
    { head: 'name', cells: experiments.map(({ name }) => name) },
    { head: 'state', cells: experiments.map((one) => plainText(stateText(one.state, now))) },
    ...valueColumns(params, changedKeys(experiments, params)),
    ...valueColumns(metrics, [...new Set(metrics.flatMap((values) => [...values.keys()]))]),
  ]
  process.stdout.write(printTable(columns, terminalWidth()))
  return 0
}

const choose = (session: Session, names: string[]): Promise<Experiment[]> =>
  withHistory(session.places, async (history) => {
    const { places, repository } = session
    if (names.length > 0) {
      return Promise.all(names.map((name) => findExperiment(places, history, repository, name)))
    }
    const pending = await pendingExperiments(places, repository.commonDir, history)
    return [...pending.toReversed(), ...(history?.list(repository.commonDir) ?? [])]
  })

/** Parameters that an override names, or that are not the same everywhere they are known. */
const changedKeys = (experiments: Experiment[], params: Map<string, Plain>[]): string[] => {
  const keys = new Set<string>()
  for (const { overrides } of experiments) {
    for (const text of overrides) keys.add(parseOverride(text).path.join('.'))
  }
  const known = params.filter((values) => values.size > 0)
  for (const key of new Set(known.flatMap((values) => [...values.keys()]))) {
    if (new Set(known.map((values) => valueText(values.get(key)))).size > 1) keys.add(key)
  }
  return [...keys].filter((key) => known.some((values) => values.has(key)))
}

const valueColumns = (rows: Map<string, Plain>[], keys: string[]): Column[] =>
  keys.map((key) => ({
    head: plainText(key),
    cells: rows.map((values) => valueText(values.get(key))),
    align: 'right',
  }))
