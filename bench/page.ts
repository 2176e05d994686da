import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, loadavg, totalmem } from 'node:os'
import { join } from 'node:path'
import type { Figure, Row } from './measure.ts'

/** How large the machine is; never which one it is. */
interface Machine {
  cores: number
  memoryGigabytes: number
  node: string
  system: string
}

/** A row, and how many processes wanted a processor in the minute before its end. */
type MeasuredRow = Row & { load: number }

interface Results {
  machine: Machine
  rows: MeasuredRow[]
}

const FILE = join(import.meta.dirname, 'results.json')
const PAGE = join(import.meta.dirname, '../docs/speed.md')

const machineNow = (): Machine => ({
  cores: availableParallelism(),
  memoryGigabytes: Math.round(totalmem() / 1024 ** 3),
  node: process.version,
  system: process.platform,
})

/**
 * Puts rows in the place of earlier ones that say the same, and writes the page anew. What was
 * measured on a machine of another size is forgotten.
 */
export const addResults = (rows: Row[]): void => {
  const machine = machineNow()
  const load = Math.round((loadavg()[0] ?? 0) * 10) / 10
  const known = existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as Results) : null
  const isSame = JSON.stringify(known?.machine) === JSON.stringify(machine)
  const all = new Map((isSame ? (known?.rows ?? []) : []).map((row) => [row.what, row]))
  for (const row of rows) all.set(row.what, { ...row, load })
  const results = { machine, rows: [...all.values()] }
  writeFileSync(FILE, `${JSON.stringify(results, null, 1)}\n`)
  writeFileSync(PAGE, pageOf(results))
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
  if (figure === null) return 'none here'
  const { median, fastest, slowest } = figure
  const spread = fastest === slowest ? '' : ` [${short(fastest)} to ${short(slowest)}]`
  return `${short(median)} ${unit}${spread}`
}

const short = (value: number): string =>
  value >= 1000 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)))

const pageOf = ({ machine, rows }: Results): string => `# How fast it is

Medians as \`npm run bench\` measured them, the fastest and the slowest in brackets. What stands beside a
figure was measured in turns with it, in the same repository. “Of the bar” is our median as a multiple
of what is allowed: 1 and less is within it. “Load” is how many processes wanted a core meanwhile: where
it is more than the machine has cores, each took so many times as long as alone, and only what compares
two figures of a row says something.

The machine: ${machine.cores} cores, ${machine.memoryGigabytes} GB of memory, ${machine.system}, Node ${machine.node}.

    npm run bench                     # all of it
    npm run bench -- --only add       # also start, materialize, throughput, commit, supervisor, log,
                                      # sweep, show, growth, disk, run, overlay; --size small, '20,000 files', …
    npm run bench -- --only idle      # an hour in which nothing happens; no part of all of it

DVC, pueue, task-spooler (\`tsp\`) and nq are measured where they are on the PATH.

| what | git exp | beside it | bar | of the bar | load |
|---|---|---|---|---|---|
${rows.map(tableLine).join('\n')}

## What is above its bar

- \`add\` at a twentieth of DVC's: that is less than the start of Node, one \`git stash create\` and one
  \`git update-ref\` take together, which stand beside it. At 20,000 files it is within a fiftieth.
- No-op experiments at 20,000 files, each in a checkout: its files are looked through three times, by \`git
  clean\`, \`git checkout\` and \`git status\`. How many of these three alone two cores can do stands beside it,
  and that is less than the bar. In [overlays](large-repositories.md), where nothing is looked through, it is
  within it.
- No-op experiments in a small repository, where the machine is slow for a while: five runs of the bench in one day
  had 27.6, 23.9, 18.7, 26.2 and 19.3 a second, beside 41.9, 37.7, 46, 38.6 and 28.7 of seven processes of git.
- Ticket to exec at 20,000 files, in a checkout, is near its bar: Git's own checkout of the change, which stands
  beside it, is half of it.

What was tried and is no gain: a start-up snapshot of the program (Node starts from one in 37 ms, where it takes
24 ms without and 30 ms with all that it would hold); one \`git status\` in place of \`git clean\` and
\`git checkout\`, since the \`git read-tree -m -u\` that must follow takes 28 ms; ending by \`process.exit\`; V8's
\`--max-lazy\`, \`--no-opt\`, \`--jitless\` and \`--single-threaded-gc\`. What was one: a single thread for V8
beside the first, 8 ms of each command; one shell for gits that follow each other, 11 ms of \`add\`; and to look at
the few files of a command without Node's threads, which would have to be started, 4 ms.

A run of nothing at 20,000 files is held against DVC as a person sees it: DVC captures, runs and collects in
one go. Without what DVC takes to queue one, and from what is typed to the result, the factors are lower;
both stand in the table.

New workplaces are measured where nothing was removed just before: for a while after 20,000 files were
removed, ext4 made new ones in their place more than ten times more slowly, for \`git worktree add\` as for us.
So the bench removes its own files when all is measured. The first overlay of an image takes what a checkout takes.
A worktree for each run, made and removed, pays that every time; a pool of workplaces does not.
`

const tableLine = (row: MeasuredRow): string => {
  const beside = row.beside.map(({ what, figure }) => `${what}: ${textOf(figure, row)}`)
  const ofBar = row.ofBar === null || Number.isNaN(row.ofBar) ? '' : row.ofBar.toFixed(2)
  const cells = [
    row.what,
    textOf(row.ours, row),
    beside.join('<br>'),
    row.bar ?? '',
    ofBar,
    row.load,
  ]
  return `| ${cells.join(' | ')} |`
}
