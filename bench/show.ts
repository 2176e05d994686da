import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openDatabase } from '../daemon/database.ts'
import { openQueue } from '../daemon/queue.ts'
import { openRecords } from '../daemon/records.ts'
import { makePlaces, places } from '../lib/places.ts'
import { resultRef } from '../lib/refs.ts'
import { compare, mapFigure, type Row } from './measure.ts'
import { isInstalled } from './peers.ts'
import { addRow } from './rows.ts'
import { makeWorld, type World } from './world.ts'

const TURNS = 5
const BARS: [experiments: number, ms: number][] = [
  [1_000, 400],
  [10_000, 2_000],
]
const BESIDE_DVC = [10, 1_000]

/** `show` of many with nothing in memory, over what Node itself takes to start; then beside DVC. */
export const benchShow = async (): Promise<Row[]> => {
  const rows: Row[] = []
  for (const [experiments, bar] of BARS) {
    rows.push(await inWorld(experiments, (world, path) => showAll(world, path, experiments, bar)))
  }
  for (const experiments of BESIDE_DVC) {
    rows.push(
      ...(await inWorld(experiments, (world, path) => againstDvc(world, path, experiments))),
    )
  }
  return rows
}

const inWorld = async <T>(
  experiments: number,
  work: (world: World, path: string) => Promise<T>,
): Promise<T> => {
  const world = makeWorld()
  try {
    return await work(world, await makeResults(world, experiments))
  } finally {
    await world.end()
  }
}

const showAll = async (
  world: World,
  path: string,
  experiments: number,
  bar: number,
): Promise<Row> => {
  const of = await compare(TURNS, {
    show: async () => {
      await world.call(path, 'git', 'exp', 'show')
    },
    node: async () => {
      await world.call(path, process.execPath, '-e', '0')
    },
  })
  const node = of('node')
  const ours = mapFigure(of('show'), (ms) => ms - node.median)
  return {
    what: `show of ${experiments}, cold, over Node’s start`,
    unit: 'ms',
    ours,
    beside: [{ what: 'node -e 0', figure: node }],
    bar: `${bar} ms`,
    ofBar: ours.median / bar,
  }
}

/** The same repository, read by both: each as fast as the other is the bar. */
const againstDvc = async (world: World, path: string, experiments: number): Promise<Row[]> => {
  const pairs = {
    list: [
      ['git', 'exp', 'show', '--cols', 'name', '--tsv'],
      ['dvc', 'exp', 'list', '--name-only'],
    ],
    show: [
      ['git', 'exp', 'show', '--json'],
      ['dvc', 'exp', 'show', '--json'],
    ],
    diff: [
      ['git', 'exp', 'diff', 'e-1', 'e-2', '--no-code'],
      ['dvc', 'exp', 'diff', 'e-1', 'e-2'],
    ],
  } as const
  const hasDvc = await isInstalled(world, 'dvc')
  const rows: Row[] = []
  for (const [what, [own, other]] of Object.entries(pairs)) {
    const call = async ([file, ...args]: readonly [string, ...string[]]): Promise<void> => {
      await world.call(path, file, ...args)
    }
    const of = await compare(1, {
      ours: () => call(own),
      ...(hasDvc ? { theirs: () => call(other) } : {}),
    })
    rows.push({
      what: `${what} of ${experiments} results`,
      unit: 'ms',
      ours: of('ours'),
      beside: [{ what: `${other.join(' ')}, warm`, figure: hasDvc ? of('theirs') : null }],
      bar: 'DVC’s',
      ofBar: hasDvc ? of('ours').median / of('theirs').median : null,
    })
  }
  return rows
}

/** A repository of results that nobody ran: their commits as DVC has them, and our rows of them. */
const makeResults = async (world: World, experiments: number): Promise<string> => {
  const path = join(world.folder, 'project')
  await world.call(world.folder, 'git', 'init', '--quiet', '--initial-branch', 'main', path)
  const files: Record<string, string> = {
    'params.yaml': paramsText(0),
    'metrics.json': metricsText(0),
    'dvc.yaml': 'params: [params.yaml]\nmetrics: [metrics.json]\n',
    '.dvc/config': '',
    '.dvc/.gitignore': '/tmp\n/cache\n/config.local\n',
    '.dvcignore': '',
  }
  await world.call(path, 'mkdir', '.dvc')
  for (const [file, text] of Object.entries(files)) writeFileSync(join(path, file), text)
  await world.call(path, 'git', 'add', '--all')
  await world.call(path, 'git', 'commit', '--quiet', '--message', 'Start')
  const baseline = await world.call(path, 'git', 'rev-parse', 'HEAD')
  const names = Array.from({ length: experiments }, (_, i) => `e-${i + 1}`)
  await world.pipe(path, resultStream(baseline, names), 'git', 'fast-import', '--quiet')
  await world.call(path, 'git', 'pack-refs', '--all')
  const refs = await world.call(
    path,
    ...([
      'git',
      'for-each-ref',
      '--format=%(refname:lstrip=-1) %(objectname)',
      'refs/exps',
    ] as const),
  )
  const results = new Map(
    refs.split('\n').map((line): [string, string] => {
      const [name = '', oid = ''] = line.split(' ')
      return [name, oid]
    }),
  )
  fillDatabase(world, path, baseline, names, results)
  return path
}

const paramsOf = (n: number) => ({
  lr: n / 1000,
  seed: n,
  epochs: 10,
  optimizer: { name: 'adam', beta1: 0.9, beta2: 0.999, decay: n % 7 },
  model: { width: 128, depth: n % 12, dropout: 0.1, kind: 'resnet' },
})
const metricsOf = (n: number) => ({ acc: 1 / (n + 1), loss: n / 7, epoch: 10 })
const paramsText = (n: number): string => `${JSON.stringify(paramsOf(n))}\n`
const metricsText = (n: number): string => `${JSON.stringify(metricsOf(n))}\n`

const resultStream = (baseline: string, names: string[]): string =>
  names
    .map((name, i) => {
      const ref = resultRef(baseline, name)
      const data = (text: string): string => `data ${Buffer.byteLength(text)}\n${text}\n`
      return [
        `commit ${ref}\ncommitter A Bench <bench@example.org> ${1_767_323_045 + i} +0000\n`,
        data(`exp: result of ${name}\n`),
        `from ${baseline}\n`,
        `M 100644 inline params.yaml\n${data(paramsText(i + 1))}`,
        `M 100644 inline metrics.json\n${data(metricsText(i + 1))}\n`,
      ].join('')
    })
    .join('')

const fillDatabase = (
  world: World,
  path: string,
  baseline: string,
  names: string[],
  results: Map<string, string>,
): void => {
  const { db } = openDatabase(makePlaces(places(world.env)), false)
  const queue = openQueue(db)
  const records = openRecords(db)
  const nowMs = Date.now()
  queue.atomically(() => {
    for (const [i, name] of names.entries()) {
      const overrides = [`params.yaml:lr=${paramsOf(i + 1).lr}`]
      const params = JSON.stringify({ 'params.yaml': paramsOf(i + 1) })
      const number = addRow(queue, path, { name, baseline, overrides }, params)
      const end = {
        state: 'succeeded' as const,
        reason: null,
        exitCode: 0,
        signal: null,
        attempt: 1,
        startedAt: nowMs,
        endedAt: nowMs + i,
        result: results.get(name) ?? null,
        metrics: JSON.stringify({ 'metrics.json': metricsOf(i + 1) }),
        kept: [],
        workplace: null,
        usage: { ranMs: 1000, cpuMs: 900, peakBytes: 1e8, peakGpuBytes: null },
      }
      records.restoreAttempt(number, { ...end, retryAt: null, retriesUsed: 0 })
      records.restoreEnd(number, end)
    }
  })
  db.close()
}
