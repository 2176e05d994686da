import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { cpuMsOf, daemonOf } from './daemon-facts.ts'
import { type Figure, figureOf, type Row } from './measure.ts'
import { dvcCopy, isInstalled } from './peers.ts'
import type { World } from './world.ts'

const EXPERIMENTS = 30
const TURNS = 3
/** What an experiment that changes nothing starts at least, in the daemon and its supervisor. */
const PROCESSES = 7
const BAR_PER_SECOND = 20
/** What the bar is for: as many jobs on as many cores. */
const CORES = 2
/** DVC is given so many: it takes seconds for each. */
const FEW = 4
const DVC_LIMIT_S = 120

/** No-op experiments from `add` to recorded results, so many at a time, against bare worktrees. */
export const benchThroughput = async (
  world: World,
  path: string,
  size: string,
  jobs = 2,
): Promise<Row[]> => {
  await world.call(path, 'git', 'exp', 'daemon', 'restart', '--jobs', String(jobs))
  const pid = daemonOf(world)
  const before = cpuMsOf(pid)
  const ours = await rateOf(TURNS, EXPERIMENTS, async () => {
    await world.call(path, 'git', 'exp', 'add', '-S', `n=range(0,${EXPERIMENTS})`, '--', 'true')
    await world.call(path, 'git', 'exp', 'wait')
  })
  // Supervisors count once they have ended, a while after their last run.
  await wait(3000)
  const after = cpuMsOf(pid)
  const cpuMs = (after.own + after.children - before.own - before.children) / (TURNS * EXPERIMENTS)
  const processes = await rateOf(TURNS, EXPERIMENTS, () => startProcesses(world, path, jobs))
  const place = join(world.folder, 'worktree')
  const worktrees = await rateOf(TURNS, 1, async () => {
    await world.call(path, 'git', 'worktree', 'add', '--quiet', '--detach', place)
    await world.call(place, 'true')
    await world.call(path, 'git', 'worktree', 'remove', '--force', place)
  })
  const bar = (CORES * 1000) / BAR_PER_SECOND
  return [
    {
      what: `no-op experiments end to end, ${jobs} ${jobs === 1 ? 'job' : 'jobs'}, ${size}`,
      unit: 'a second',
      ours,
      beside: [
        {
          what: `${PROCESSES} git processes that do nothing, ${jobs} at a time`,
          figure: processes,
        },
        { what: 'git worktree add, true, git worktree remove, one by one', figure: worktrees },
        ...(size === '20,000 files' ? [await scansAlone(world, path, jobs)] : []),
        ...(jobs === CORES && size === 'small' ? await peersRates(world, path) : []),
      ],
      bar: jobs === CORES ? `${BAR_PER_SECOND} a second` : null,
      ofBar: jobs === CORES ? BAR_PER_SECOND / ours.median : null,
    },
    {
      what: `processor time of a no-op experiment, ${jobs} ${jobs === 1 ? 'job' : 'jobs'}, ${size}`,
      unit: 'ms',
      ours: figureOf([cpuMs]),
      beside: [],
      bar:
        jobs === CORES ? `${bar} ms: what ${BAR_PER_SECOND} a second have on ${CORES} cores` : null,
      ofBar: jobs === CORES ? cpuMs / bar : null,
    },
  ]
}

/** As many processes as so many experiments start, and nothing else: a floor. */
const startProcesses = async (world: World, path: string, jobs: number): Promise<void> => {
  let left = EXPERIMENTS * PROCESSES
  const one = async (): Promise<void> => {
    while (left-- > 0) await world.call(path, 'git', '--version')
  }
  await Promise.all(Array.from({ length: jobs }, one))
}

/** What git takes to bring worktrees from one commit to another and to look at what they hold: a floor. */
const scansAlone = async (
  world: World,
  path: string,
  jobs: number,
): Promise<Row['beside'][number]> => {
  const places = Array.from({ length: jobs }, (_, i) => join(world.folder, `scanned-${i}`))
  for (const place of places) {
    await world.call(path, 'git', 'worktree', 'add', '--quiet', '--detach', place)
  }
  const commits = [
    await world.call(path, 'git', 'rev-parse', 'HEAD'),
    await world.call(path, 'git', 'stash', 'create'),
  ]
  const scan = async (place: string): Promise<void> => {
    for (let n = 0; n < EXPERIMENTS / jobs; n++) {
      await world.call(place, 'git', 'clean', '-ffdxq')
      await world.call(place, 'git', 'checkout', '--quiet', '--detach', commits[n % 2] ?? '')
      await world.call(place, 'git', 'status', '--porcelain', '--ignored')
    }
  }
  const figure = await rateOf(TURNS, EXPERIMENTS, async () => {
    await Promise.all(places.map(scan))
  })
  return { what: `git clean, git checkout, git status alone, ${jobs} at a time`, figure }
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
          // It has been seen to wait for ever for one of its two workers.
          const runAll = 'exec timeout -k 1 "$0" dvc exp run --run-all --jobs 2'
          await world.call(dvc.path, 'sh', '-c', runAll, String(DVC_LIMIT_S))
        }).catch(() => null)
  const what = `dvc exp run --queue and --run-all of ${FEW}`
  const hasNotEnded = dvc !== null && theirs === null
  const said = hasNotEnded ? `${what}, which did not end in ${DVC_LIMIT_S} s` : what
  return [...found, { what: said, figure: theirs }]
}
