import { overridesText, stateText } from '../../lib/describe.ts'
import type { Experiment } from '../../lib/experiment.ts'
import { flattenFiles } from '../../lib/flatten.ts'
import { plainText, printTable } from '../table.ts'
import { valueText } from '../value-text.ts'
import { type TopState, visible } from './state.ts'

/** What a frame shows besides the state. */
export interface Surroundings {
  /** The end of the chosen one's log. */
  log: string
  /** Counts and the daemon, a line each. */
  summary: string[]
  why: (experiment: Experiment) => string | null
  nowMs: number
}

const HELP = [
  'j k, arrows   choose          l, Enter   its log, large or small',
  'K             stop it         h          hold or pause it, and let it go on',
  'r             retry it        p          star it',
  '/             filter          Esc        no filter, small log',
  '?             this            q          quit; what runs goes on',
]

const INVERSE = '\x1b[7m'
const NORMAL = '\x1b[0m'

/** The whole screen as lines, none wider than it. */
export const frame = (
  state: TopState,
  around: Surroundings,
  { rows, columns }: { rows: number; columns: number },
): string[] => {
  const cut = (line: string): string => Array.from(line).slice(0, columns).join('')
  const head = around.summary.map((line) => cut(plainText(line)))
  const foot = cut(footOf(state))
  const body = rows - head.length - 1
  if (state.mode === 'help') return [...head, ...HELP.slice(0, body).map(cut), foot]
  const logRows = state.mode === 'log' ? body - Math.min(3, body) : Math.floor(body / 3)
  const list = listLines(state, around, body - logRows, columns)
  const log = logLines(around.log, logRows - 1, columns)
  const rule = '─'.repeat(columns)
  return [...head, ...list, ...(logRows > 0 ? [rule, ...log] : []), foot]
}

const footOf = ({ mode, filter, message, experiments, chosen }: TopState): string => {
  const name = experiments.find(({ id }) => id === chosen)?.name ?? ''
  if (mode === 'filter') return `filter: ${plainText(filter)}▏`
  if (mode === 'confirm-stop') return `stop ${plainText(name)}? y for yes, any other key for no`
  if (message !== '') return plainText(message)
  return filter === '' ? '? help  q quit' : `filter: ${plainText(filter)}  (Esc ends it)`
}

/** Exactly so many lines, the chosen one among them. */
const listLines = (
  state: TopState,
  { why, nowMs }: Surroundings,
  rows: number,
  columns: number,
): string[] => {
  const all = visible(state)
  if (all.length === 0) return filled(['nothing is queued, runs or has ended'], rows)
  const room = Math.max(1, rows - 1)
  const at = Math.max(
    0,
    all.findIndex(({ id }) => id === state.chosen),
  )
  const from = Math.max(0, Math.min(at - Math.floor(room / 2), all.length - room))
  const shown = all.slice(from, from + room)
  const text = printTable(
    [
      { head: '#', cells: shown.map(({ number }) => String(number ?? '')), align: 'right' },
      { head: 'name', cells: shown.map(({ name, starred }) => (starred ? `★ ${name}` : name)) },
      {
        head: 'state',
        cells: shown.map((one) => plainText(why(one) ?? stateText(one.state, nowMs))),
      },
      { head: 'latest', cells: shown.map(latest) },
      { head: 'overrides', cells: shown.map((one) => plainText(overridesText(one.overrides))) },
    ],
    columns,
  )
  const lines = text.split('\n').slice(0, -1)
  const marked = lines.map((line, i) =>
    i === at - from + 1 ? `${INVERSE}${line.padEnd(columns)}${NORMAL}` : line,
  )
  return filled(marked, rows)
}

const LATEST_VALUES = 3

const latest = ({ metrics, progress = {} }: Experiment): string =>
  [...new Map([...flattenFiles(metrics), ...Object.entries(progress)])]
    .slice(-LATEST_VALUES)
    .map(([key, value]) => `${plainText(key)} ${valueText(value)}`)
    .join(', ')

/** The last lines of a log; of a line that was written over with `\r` what stands there last. */
const logLines = (log: string, rows: number, columns: number): string[] => {
  const lines = log.split('\n').map((line) => line.replace(/\r+$/, '').split('\r').at(-1) ?? '')
  if (lines.at(-1) === '') lines.pop()
  const last = rows > 0 ? lines.slice(-rows) : []
  return filled(
    last.map((line) =>
      Array.from(plainText(line.replaceAll('\t', '    ')))
        .slice(0, columns)
        .join(''),
    ),
    rows,
  )
}

const filled = (lines: string[], rows: number): string[] => [
  ...lines.slice(0, Math.max(0, rows)),
  ...Array.from({ length: Math.max(0, rows - lines.length) }, () => ''),
]
