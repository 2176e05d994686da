import { writeFileSync } from 'node:fs'
import { availableParallelism, loadavg, totalmem } from 'node:os'
import { join } from 'node:path'
import type { Figure, Row } from './measure.ts'

/** How large the machine is, and what else ran on it; never which one it is. */
export interface Machine {
  cores: number
  memoryGigabytes: number
  node: string
  system: string
  /** How many processes wanted a processor in the minute before. */
  loadBefore: number
}

export interface Results {
  machine: Machine
  rows: Row[]
}

export const machineNow = (): Machine => ({
  cores: availableParallelism(),
  memoryGigabytes: Math.round(totalmem() / 1024 ** 3),
  node: process.version,
  system: process.platform,
  loadBefore: Math.round((loadavg()[0] ?? 0) * 10) / 10,
})

/** Writes `bench/results.json`, and with all rows the page of them. */
export const writeResults = (results: Results, isWhole: boolean): void => {
  const file = join(import.meta.dirname, isWhole ? 'results.json' : 'results-part.json')
  writeFileSync(file, `${JSON.stringify(results, null, 1)}\n`)
  if (isWhole) writeFileSync(join(import.meta.dirname, '../docs/speed.md'), pageOf(results))
}

/** A row for the terminal. */
export const rowLine = (row: Row): string => {
  const beside = row.beside.map(({ what, figure }) => `${what}: ${textOf(figure, row)}`)
  const bar = row.bar === null ? [] : [`bar: ${row.bar}`]
  return `${verdict(row)}  ${row.what}: ${textOf(row.ours, row)}  (${[...bar, ...beside].join('; ')})`
}

const verdict = ({ ofBar }: Row): string =>
  ofBar === null || Number.isNaN(ofBar)
    ? 'no bar     '
    : `${ofBar <= 1 ? 'within' : 'ABOVE '} ${ofBar.toFixed(2)}`

const textOf = (figure: Figure | null, { unit }: Row): string => {
  if (figure === null) return 'not installed here'
  const { median, fastest, slowest } = figure
  const spread = fastest === slowest ? '' : ` [${short(fastest)} to ${short(slowest)}]`
  return `${short(median)} ${unit}${spread}`
}

const short = (value: number): string =>
  value >= 1000
    ? Math.round(value).toLocaleString('en')
    : value.toPrecision(3).replace(/\.?0+$/, '')

const pageOf = ({ machine, rows }: Results): string => `# How fast it is

Medians of one run of \`npm run bench\`, the fastest and the slowest time in brackets. What stands
beside a figure was measured in turns with it, in the same repository. “Of the bar” is our figure as a
multiple of what is allowed: 1 and less is within it. Other programs ran on the machine meanwhile, so
ratios say more than times.

The machine: ${machine.cores} cores, ${machine.memoryGigabytes} GB of memory, ${machine.system}, Node ${machine.node}; ${machine.loadBefore} processes wanted
a core in the minute before.

    npm run bench                     # all of it
    npm run bench -- --only add       # one row: add, start, materialize, throughput, commit,
                                      # supervisor, log, sweep, show, growth

DVC, pueue, task-spooler (\`tsp\`) and nq are measured where they are on the PATH.

| what | git exp | beside it | bar | of the bar |
|---|---|---|---|---|
${rows.map(tableLine).join('\n')}
`

const tableLine = (row: Row): string => {
  const beside = row.beside.map(({ what, figure }) => `${what}: ${textOf(figure, row)}`)
  const ofBar = row.ofBar === null || Number.isNaN(row.ofBar) ? '' : row.ofBar.toFixed(2)
  const bar = row.bar ?? ''
  return `| ${row.what} | ${textOf(row.ours, row)} | ${beside.join('<br>')} | ${bar} | ${ofBar} |`
}
