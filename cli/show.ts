import { basename, resolve } from 'node:path'
import { UserError } from '../lib/errors.ts'
import { type AnyExperiment, isEnded, isForeign } from '../lib/experiment.ts'
import { experimentJson } from '../lib/experiment-json.ts'
import { replaceFile } from '../lib/files.ts'
import { everyExperiment } from '../lib/find-experiment.ts'
import type { Plain } from '../lib/params/plain.ts'
import { printPlain } from '../lib/params/plain-json.ts'
import { withProgress } from '../lib/progress.ts'
import { parseColumns } from '../lib/view/columns.ts'
import { type Row, rowOf } from '../lib/view/row.ts'
import { readSeries, type Series } from '../lib/view/series.ts'
import { chooseRows, makeView, type View, type ViewOptions } from '../lib/view/view.ts'
import { askForNews } from './ask-for-news.ts'
import { findEach } from './find-named.ts'
import { printMarkdown } from './formats/markdown.ts'
import { printSeparated } from './formats/separated.ts'
import { openSession, type Session, withHistory } from './session.ts'
import { viewText } from './view-text.ts'
import { watch } from './watch.ts'

export interface ShowOptions extends ViewOptions {
  names: string[]
  json?: boolean
  ndjson?: boolean
  csv?: boolean
  tsv?: boolean
  md?: boolean
  watch?: boolean
  /** The file to write a page to; `-` is standard output. */
  html?: string
  /** How many lines at most; 0 for all. By itself as many as the screen has. */
  lines?: string
}

/** The experiments side by side, newest first: name, state, changed parameters, metrics. */
export const show = async (options: ShowOptions): Promise<number> => {
  const session = await openSession()
  if (options.watch === true) return watchAll(session, options)
  const rows = await readRows(session, options.names)
  const nowMs = Date.now()
  if (options.json === true || options.ndjson === true) {
    const all = chooseRows(rows, options, nowMs).map(({ experiment }) =>
      experimentJson(session.places, experiment),
    )
    const text = options.json === true ? `${printPlain(all)}\n` : all.map(jsonLine).join('')
    process.stdout.write(text)
    return 0
  }
  const { view, whole, series } = await readView(session, rows, options, nowMs)
  if (options.csv === true) process.stdout.write(printSeparated(view, ','))
  else if (options.tsv === true) process.stdout.write(printSeparated(view, '\t'))
  else if (options.md === true) process.stdout.write(printMarkdown(view))
  else if (options.html !== undefined) await writePage(options.html, view, session, series, nowMs)
  else {
    const isWide = options.allColumns === true
    const { table, notes } = viewText(view, { whole, total: rows.length, isWide, nowMs })
    process.stdout.write(table)
    process.stderr.write(notes)
  }
  return 0
}

/** The table anew as it changes, until nothing that it is about is queued or runs. */
const watchAll = (session: Session, options: ShowOptions): Promise<number> => {
  const other = [options.json, options.ndjson, options.csv, options.tsv, options.md, options.html]
  if (other.some(Boolean) || process.stdout.isTTY !== true) {
    throw new UserError(
      'usage',
      '--watch shows a table on a terminal, and nothing else',
      'git exp wait waits for the end, and show --json prints what there is now',
    )
  }
  return watch(async () => {
    const rows = await readRows(session, options.names)
    const nowMs = Date.now()
    const { view, whole } = await readView(session, rows, options, nowMs)
    const { table, notes } = viewText(view, { whole, total: rows.length, isWide: false, nowMs })
    const isOver = rows.every(({ experiment: { state } }) => isEnded(state) || state.is === 'held')
    return { text: table + notes, isOver }
  })
}

const readRows = async (session: Session, names: string[]): Promise<Row[]> => {
  const { places, repository } = session
  const chosen = await (names.length > 0
    ? findEach(session, names)
    : withHistory(places, (history) => everyExperiment(places, history, repository)))
  askForNews(places, chosen)
  const now = chosen.map((one) => (isForeign(one) ? one : withProgress(places, one)))
  return (await Promise.all(now)).map(rowOf)
}

/** The view that is asked for, whole and cut to the lines that are wanted. */
const readView = async (
  { places, repository }: Session,
  rows: Row[],
  options: ShowOptions,
  nowMs: number,
): Promise<{ view: View; whole: View; series: Map<AnyExperiment, Series> }> => {
  const experiments = rows.map(({ experiment }) => experiment)
  const series = needsSteps(options)
    ? await readSeries(places, repository.commonDir, experiments)
    : new Map<AnyExperiment, Series>()
  const whole = makeView(rows, options, {
    nowMs,
    stepsOf: ({ experiment }) => series.get(experiment) ?? new Map(),
  })
  return { view: { ...whole, lines: whole.lines.slice(0, linesWanted(options)) }, whole, series }
}

const jsonLine = (one: Plain): string => `${printPlain(one)}\n`

const writePage = async (
  file: string,
  view: View,
  { repository }: Session,
  series: Map<AnyExperiment, Series>,
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
