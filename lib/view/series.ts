import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readObjects } from '../cat-file.ts'
import type { AnyExperiment } from '../experiment.ts'
import { kindOf } from '../params/format.ts'
import { allRows } from '../params/lines/rows.ts'
import type { Plain } from '../params/plain.ts'
import type { Places } from '../places.ts'

/** The values of a metric over the steps of a run, in order, by metric. */
export type Series = Map<string, number[]>

/**
 * Reads the step files (CSV, TSV, JSON Lines) among the metrics of some experiments: of ended ones from
 * their results, all by one git; of running ones from their workplaces.
 */
export const readSeries = async (
  places: Places,
  commonDir: string,
  experiments: AnyExperiment[],
): Promise<Map<AnyExperiment, Series>> => {
  const wanted = experiments.flatMap((experiment) =>
    Object.keys(experiment.metrics)
      .filter((file) => ['rows', 'jsonl'].includes(kindOf(file) ?? ''))
      .map((file) => ({ experiment, file })),
  )
  const inGit = wanted.filter(({ experiment }) => resultOf(experiment) !== null)
  const objects = await readObjects(
    commonDir,
    inGit.map(({ experiment, file }) => `${resultOf(experiment)}:${file}`),
  )
  const found = new Map<AnyExperiment, Series>()
  for (const one of wanted) {
    const text =
      objects[inGit.indexOf(one)]?.content.toString() ?? fromDisk(places, one.experiment, one.file)
    if (text === null) continue
    const series = found.get(one.experiment) ?? new Map<string, number[]>()
    found.set(one.experiment, series)
    for (const [name, values] of columnsOf(one.file, text)) series.set(name, values)
  }
  return found
}

const resultOf = ({ state }: AnyExperiment): string | null =>
  'result' in state ? state.result : null

/** From the store, where Git ignores the file; from the workplace while it runs. */
const fromDisk = (places: Places, experiment: AnyExperiment, file: string): string | null => {
  const kept = experiment.kept.find(({ path }) => path === file)
  const path =
    kept !== undefined
      ? join(places.store, kept.sha256)
      : experiment.workplace === null
        ? null
        : join(experiment.workplace, file)
  try {
    return path === null ? null : readFileSync(path, 'utf8')
  } catch {
    return null
  }
}

const columnsOf = (file: string, text: string): Series => {
  const columns: Series = new Map()
  for (const row of kindOf(file) === 'rows' ? allRows(file, text) : jsonLines(text)) {
    for (const [name, value] of Object.entries(row)) {
      if (typeof value !== 'number') continue
      const values = columns.get(name)
      if (values === undefined) columns.set(name, [value])
      else values.push(value)
    }
  }
  return columns
}

/** Lines that are no object are passed over: the last may be in the making. */
const jsonLines = (text: string): { [key: string]: Plain }[] =>
  text.split('\n').flatMap((line) => {
    try {
      const value = JSON.parse(line) as Plain
      return value !== null && typeof value === 'object' && !Array.isArray(value) ? [value] : []
    } catch {
      return []
    }
  })
