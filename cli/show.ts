import { basename, resolve } from 'node:path'
import { stateText } from '../lib/describe.ts'
import { UserError } from '../lib/errors.ts'
import type { Experiment } from '../lib/experiment.ts'
import { experimentJson } from '../lib/experiment-json.ts'
import { replaceFile } from '../lib/files.ts'
import { findExperiment } from '../lib/find-experiment.ts'
import type { Plain } from '../lib/params/plain.ts'
import { printPlain } from '../lib/params/plain-json.ts'
import { pendingExperiments } from '../lib/pending.ts'
import { withProgress } from '../lib/progress.ts'
import { parseColumns } from '../lib/view/columns.ts'
import { type Row, rowOf } from '../lib/view/row.ts'
import { readSeries, type Series } from '../lib/view/series.ts'
import { chooseRows, makeView, type View, type ViewOptions } from '../lib/view/view.ts'
import { printMarkdown } from './formats/markdown.ts'
import { printSeparated } from './formats/separated.ts'
import { openSession, type Session, withHistory } from './session.ts'
import { type Column, fitColumns, plainText, printTable, terminalWidth } from './table.ts'
import { valueText } from './value-text.ts'

export interface ShowOptions extends ViewOptions {
  names: string[]
  json?: boolean
  ndjson?: boolean
  csv?: boolean
  tsv?: boolean
  md?: boolean
  /** The file to write a page to; `-` is standard output. */
  html?: string
  /** How many lines at most; 0 for all. By itself as many as the screen has. */
  lines?: string
}

/** The experiments side by side, newest first: name, state, changed parameters, metrics. */
export const show = async (options: ShowOptions): Promise<number> => {
  const session = await openSession()
  const chosen = await choose(session, options.names)
  const rows = (await Promise.all(chosen.map((one) => withProgress(session.places, one)))).map(
    rowOf,
  )
  const nowMs = Date.now()
  if (options.json === true || options.ndjson === true) {
    const all = chooseRows(rows, options, nowMs).map(({ experiment }) =>
      experimentJson(session.places, experiment),
    )
    const text = options.json === true ? `${printPlain(all)}\n` : all.map(jsonLine).join('')
    process.stdout.write(text)
    return 0
  }
  const series = needsSteps(options)
    ? await readSeries(
        session.places,
        session.repository.commonDir,
        rows.map(({ experiment }) => experiment),
      )
    : new Map<Experiment, Series>()
  const whole = makeView(rows, options, {
    nowMs,
    stepsOf: ({ experiment }) => series.get(experiment) ?? new Map(),
  })
  const view = { ...whole, lines: whole.lines.slice(0, linesWanted(options)) }
  if (options.csv === true) process.stdout.write(printSeparated(view, ','))
  else if (options.tsv === true) process.stdout.write(printSeparated(view, '\t'))
  else if (options.md === true) process.stdout.write(printMarkdown(view))
  else if (options.html !== undefined) await writePage(options.html, view, session, series, nowMs)
  else printView(view, { whole, total: rows.length, isWide: options.allColumns === true, nowMs })
  return 0
}

const jsonLine = (one: Plain): string => `${printPlain(one)}\n`

const choose = (session: Session, names: string[]): Promise<Experiment[]> =>
  withHistory(session.places, async (history) => {
    const { places, repository } = session
    if (names.length > 0) {
      return Promise.all(names.map((name) => findExperiment(places, history, repository, name)))
    }
    const pending = await pendingExperiments(places, repository.commonDir, history)
    return [...pending.toReversed(), ...(history?.list(repository.commonDir) ?? [])]
  })

const writePage = async (
  file: string,
  view: View,
  { repository }: Session,
  series: Map<Experiment, Series>,
  nowMs: number,
): Promise<void> => {
  const { printHtml } = await import('./formats/html.ts')
  const page = printHtml(view, {
    title: `Experiments of ${basename(repository.worktree)}`,
    nowMs,
    stepsOf: ({ experiment }) => series.get(experiment) ?? new Map(),
  })
  if (file === '-') {
    process.stdout.write(page)
    return
  }
  try {
    replaceFile(resolve(file), page, { mode: 0o644 })
  } catch (error) {
    throw new UserError('file', `${file} cannot be written: ${(error as Error).message}`)
  }
  process.stderr.write(`written to ${file}\n`)
}

const needsSteps = ({ cols, html }: ShowOptions): boolean =>
  html !== undefined ||
  (cols !== undefined && parseColumns(cols).some(({ reducer }) => reducer !== null))

/** As many as asked for; else as the screen has room for, or all where there is none. */
const linesWanted = ({ lines }: ShowOptions): number => {
  if (lines !== undefined) {
    if (/^\d{1,6}$/.test(lines)) return Number(lines) || Number.POSITIVE_INFINITY
    throw new UserError('usage', `-n is a number of lines, not “${lines}”`, '-n 0 shows all')
  }
  return process.stdout.isTTY === true
    ? Math.max(10, (process.stdout.rows || 24) - 4)
    : Number.POSITIVE_INFINITY
}

const printView = (
  view: View,
  of: { whole: View; total: number; isWide: boolean; nowMs: number },
): void => {
  if (of.total === 0) {
    process.stderr.write('there is no experiment in this repository yet\n')
    return
  }
  if (view.lines.length === 0) {
    process.stderr.write(`none of ${of.total} experiments is like that\n`)
    return
  }
  const columns = view.columns.map(
    ({ head, isNumeric }, i): Column => ({
      head: plainText(head),
      cells: view.lines.map((line, at) => cellText(view.rows[at], head, line[i], of.nowMs)),
      align: isNumeric ? 'right' : 'left',
    }),
  )
  const width = of.isWide ? null : terminalWidth()
  const { fitting, left } = fitColumns(columns, width)
  process.stdout.write(printTable(fitting, width))
  const more = of.whole.lines.length - view.lines.length
  const notes = [
    ...(more > 0 ? [`more experiments: ${more} (-n 0)`] : []),
    ...(left > 0 ? [`columns that do not fit: ${left} (--all-columns, --cols)`] : []),
    ...view.notes,
  ]
  process.stderr.write(notes.map((note) => `… ${note}\n`).join(''))
}

/** The state stands there in words; anything else as its value. */
const cellText = (
  row: Row | undefined,
  head: string,
  value: Plain | undefined,
  nowMs: number,
): string =>
  head === 'state' && row !== undefined
    ? plainText(stateText(row.experiment.state, nowMs))
    : valueText(value)
