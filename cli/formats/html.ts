import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../../lib/package.ts'
import type { Plain } from '../../lib/params/plain.ts'
import { printPlain } from '../../lib/params/plain-json.ts'
import type { Row } from '../../lib/view/row.ts'
import type { Series } from '../../lib/view/series.ts'
import { textOf } from '../../lib/view/text-of.ts'
import type { View } from '../../lib/view/view.ts'

export interface Report {
  title: string
  nowMs: number
  stepsOf: (row: Row) => Series
}

/**
 * One page that needs nothing else, also without a network: the table to sort and filter, two
 * experiments side by side, curves, parallel coordinates. What experiments say reaches it as data alone.
 */
export const printHtml = ({ columns, lines, rows }: View, report: Report): string => {
  const asset = (name: string) => readFileSync(join(packageRoot(), 'report', name), 'utf8')
  const data: Plain = {
    title: report.title,
    time: new Date(report.nowMs).toISOString(),
    columns: columns.map(({ head, isNumeric }) => ({ head, isNumeric })),
    lines: lines.map((line) => line.map((value) => value ?? null)),
    names: lines.map((line, i) => rows[i]?.experiment.name ?? textOf(line[0] ?? '')),
    goals: Object.assign({}, ...rows.map(({ experiment }) => experiment.goal)),
    series: seriesOf(rows.map(report.stepsOf)),
  }
  const script = asset('report.js')
  const hash = createHash('sha256').update(script).digest('base64')
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'`
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width">',
    '<title>git exp</title>',
    `<style>${asset('report.css')}</style>`,
    '<body>',
    // No `<` in it, so nothing that is said can end the element.
    `<script type="application/json" id="data">${printPlain(data).replaceAll('<', '\\u003c')}</script>`,
    `<script>${script}</script>`,
    '</html>',
    '',
  ].join('\n')
}

/** By metric, then by line; a metric that counts its steps has no curve. */
const seriesOf = (all: Series[]): { [metric: string]: Plain } => {
  const names = [...new Set(all.flatMap((series) => [...series.keys()]))]
  return Object.fromEntries(
    names
      .filter((name) => !/^(?:step|epoch|iteration)$/i.test(name))
      .map((name) => [name, all.map((series) => series.get(name) ?? [])]),
  )
}
