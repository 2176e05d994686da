import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Figure, figureOf, type Row } from './measure.ts'
import { dvcCopy, isInstalled } from './peers.ts'
import type { World } from './world.ts'

const EXPERIMENTS = 60
const TURNS = 3
const BAR_PER_SECOND = 20
/** DVC is given so many: it takes seconds for each. */
const FEW = 4

/** No-op experiments from `add` to recorded results, so many at a time, against bare worktrees. */
export const benchThroughput = async (
  world: World,
  path: string,
  size: string,
  jobs = 2,
): Promise<Row> => {
  await world.call(path, 'git', 'exp', 'daemon', 'restart', '--jobs', String(jobs))
  const ours = await rateOf(TURNS, EXPERIMENTS, async () => {
    await world.call(path, 'git', 'exp', 'add', '-S', `n=range(0,${EXPERIMENTS})`, '--', 'true')
    await world.call(path, 'git', 'exp', 'wait')
  })
  const place = join(world.folder, 'worktree')
  const worktrees = await rateOf(TURNS, 1, async () => {
    await world.call(path, 'git', 'worktree', 'add', '--quiet', '--detach', place)
    await world.call(place, 'true')
    await world.call(path, 'git', 'worktree', 'remove', '--force', place)
  })
  return {
    what: `no-op experiments end to end, ${jobs} ${jobs === 1 ? 'job' : 'jobs'}, ${size}`,
    unit: 'a second',
    ours,
    beside: [
      { what: 'git worktree add, true, git worktree remove, one by one', figure: worktrees },
      ...(jobs === 2 && size === 'small' ? await peersRates(world, path) : []),
    ],
    bar: jobs === 2 ? `${BAR_PER_SECOND} a second` : null,
    ofBar: jobs === 2 ? BAR_PER_SECOND / ours.median : null,
  }
}

const rateOf = async (turns: number, count: number, work: () => Promise<void>): Promise<Figure> => {
  const rates: number[] = []
  for (let turn = 0; turn < turns; turn++) {
    const before = performance.now()
    await work()
    rates.push(count / ((performance.now() - before) / 1000))
  }
  return figureOf(rates)
}

/** The same command through other queues, none of which but DVC's captures anything. */
const peersRates = async (world: World, path: string): Promise<Row['beside']> => {
  const loop = (start: string, add: string, wait: string): string =>
    `${start}; i=0; while [ $i -lt ${EXPERIMENTS} ]; do ${add}; i=$((i+1)); done; ${wait}`
  const folder = join(world.folder, 'queues')
  mkdirSync(folder, { recursive: true })
  const queues: [what: string, file: string, script: string][] = [
    [
      'task-spooler, 2 jobs, no capture',
      'tsp',
      `export TMPDIR=$PWD TS_SOCKET=$PWD/s; ${loop('tsp -S 2', 'tsp true >last', 'tsp -w $(cat last)')}; tsp -K`,
    ],
    ['nq, 1 job, no capture', 'nq', `export NQDIR=$PWD; ${loop(':', 'nq -q true', 'fq -q >all')}`],
    [
      'pueue, 2 jobs, no capture',
      'pueue',
      `export XDG_DATA_HOME=$PWD XDG_CONFIG_HOME=$PWD XDG_RUNTIME_DIR=$PWD; pueued -d >/dev/null; until pueue parallel 2 >/dev/null 2>&1; do sleep 0.1; done; ${loop(':', 'pueue add -- true >/dev/null', 'pueue wait >/dev/null')}; pueue shutdown`,
    ],
  ]
  const found: Row['beside'] = []
  for (const [what, file, script] of queues) {
    const figure = (await isInstalled(world, file))
      ? await rateOf(1, EXPERIMENTS, async () => {
          await world.call(folder, 'sh', '-c', script)
        })
      : null
    found.push({ what, figure })
  }
  const dvc = await dvcCopy(world, path)
  const theirs =
    dvc === null
      ? null
      : await rateOf(1, FEW, async () => {
          await world.call(dvc.path, 'dvc', 'exp', 'run', '--queue', '-S', `n=range(7,${7 + FEW})`)
          await world.call(dvc.path, 'dvc', 'exp', 'run', '--run-all', '--jobs', '2')
        })
  return [...found, { what: `dvc exp run --queue and --run-all of ${FEW}`, figure: theirs }]
}
