import { codeDiff } from '../lib/code-diff.ts'
import { UserError } from '../lib/errors.ts'
import { experimentJson } from '../lib/experiment-json.ts'
import type { Plain } from '../lib/params/plain.ts'
import { printPlain } from '../lib/params/plain-json.ts'
import { compareFacts, compareRows, type Difference } from '../lib/view/compare.ts'
import { type Row, rowOf } from '../lib/view/row.ts'
import { findEach } from './find-named.ts'
import { markdownText } from './formats/markdown.ts'
import { openSession, type Session } from './session.ts'
import { plainText, printTable, terminalWidth } from './table.ts'
import { valueText } from './value-text.ts'

export interface DiffOptions {
  names: string[]
  json?: boolean
  md?: boolean
  stat?: boolean
  code?: boolean
}

/** What differs between experiments, each held against the first: params, metrics, facts, code. */
export const diff = async (options: DiffOptions): Promise<number> => {
  if (options.names.length < 2) {
    throw new UserError('usage', 'there are two experiments to a diff', 'git exp diff A B')
  }
  const session = await openSession()
  const { places } = session
  const rows = (await findEach(session, options.names)).map(rowOf)
  const goals = Object.assign({}, ...rows.map(({ experiment }) => experiment.goal))
  const params = compareRows(rows, 'params', goals)
  const metrics = compareRows(rows, 'metrics', goals)
  const facts = compareFacts(rows)
  const code = options.code === false ? [] : await codeOf(session, rows, options)
  if (options.json === true) {
    const json = {
      experiments: rows.map(({ experiment }) => experimentJson(places, experiment)),
      params: params.map(differenceJson),
      metrics: metrics.map(differenceJson),
      facts: facts.map(({ name, values }) => ({ name, values })),
      code,
    }
    process.stdout.write(`${printPlain(json)}\n`)
    return 0
  }
  const heads = rows.map(({ experiment }) => experiment.name)
  const sections = [
    section('params', heads, params.map(differenceLine), options),
    section('metrics', heads, metrics.map(differenceLine), options),
    section(
      'facts',
      heads,
      facts.map(({ name, values }) => [name, ...values]),
      options,
    ),
    ...code.map((text, i) => codeSection(`${heads[0]} → ${heads[i + 1]}`, text, options)),
  ].filter((text) => text !== '')
  process.stdout.write(
    sections.length === 0 ? 'these experiments are the same\n' : sections.join('\n'),
  )
  return 0
}

const codeOf = (
  { repository }: Session,
  [first, ...others]: Row[],
  { stat, json, md }: DiffOptions,
): Promise<string[]> =>
  Promise.all(
    others.map((other) =>
      first === undefined
        ? ''
        : codeDiff(repository.commonDir, first.experiment, other.experiment, {
            isStat: stat === true,
            hasColour: json !== true && md !== true && process.stdout.isTTY === true,
          }),
    ),
  )

const differenceJson = ({
  name,
  values,
  deltas,
  isBetter,
}: Difference): { [key: string]: Plain } => ({
  name,
  values: values.map((value) => value ?? null),
  deltas,
  better: isBetter,
})

const differenceLine = ({ name, values, deltas, isBetter }: Difference): string[] => [
  name,
  ...values.map((value, i) => {
    const change = deltas[i] ?? null
    const arrow = isBetter[i] === true ? ' better' : isBetter[i] === false ? ' worse' : ''
    const by = change === null ? '' : ` (${change > 0 ? '+' : ''}${valueText(change)}${arrow})`
    return `${value === undefined ? '–' : valueText(value)}${by}`
  }),
]

const section = (
  title: string,
  heads: string[],
  lines: string[][],
  { md }: DiffOptions,
): string => {
  if (lines.length === 0) return ''
  if (md === true) {
    const rows = [[title, ...heads], ['---', ...heads.map(() => '--:')], ...lines]
    return rows
      .map(
        (row, i) => `| ${row.map((cell) => (i === 1 ? cell : markdownText(cell))).join(' | ')} |\n`,
      )
      .join('')
  }
  const columns = [title, ...heads].map((head, i) => ({
    head: plainText(head),
    cells: lines.map((line) => plainText(line[i] ?? '')),
  }))
  return printTable(columns, terminalWidth())
}

const codeSection = (title: string, text: string, { md }: DiffOptions): string => {
  if (text === '') return ''
  if (md !== true) return `${plainText(title)}\n${text}\n`
  // A fence that the patch does not hold.
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map(({ length }) => length))
  const fence = '`'.repeat(longest + 1)
  return `<details><summary>${markdownText(title)}</summary>\n\n${fence}diff\n${text}\n${fence}\n</details>\n`
}
