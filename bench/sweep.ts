import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { compare, type Figure, figureOf, mapFigure, type Row } from './measure.ts'
import { dvcCopy } from './peers.ts'
import { makeRepository, makeWorld, type World } from './world.ts'

const TURNS = 3
const SMALL = 1_000
const LARGE = 10_000
/** How many DVC is given to queue: it takes its time for each. */
const FEW = 10

/**
 * `add` of a sweep, against the two git commands that no capture of one can do without; then ten
 * times as many, which may take ten times as long and no more memory; then DVC with a few.
 */
export const benchSweep = async (): Promise<Row[]> => {
  const world = makeWorld()
  try {
    const path = await makeRepository(world, 20)
    // Nothing of the sweeps is to run: both places are taken.
    for (const name of ['first', 'second']) {
      await world.call(path, 'git', 'exp', 'add', '-n', name, '--', 'sleep', '100000')
    }
    const small = await againstGit(world, path)
    const large = await sweepOf(world, path, LARGE)
    return [
      {
        what: `add a sweep of ${SMALL}`,
        unit: 'ms',
        ours: small.ours,
        beside: [
          { what: 'git fast-import of such commits, git update-ref', figure: small.reference },
        ],
        bar: '2 × git’s',
        ofBar: small.ours.median / (2 * small.reference.median),
      },
      {
        what: `add a sweep of ${LARGE}`,
        unit: 'ms',
        ours: figureOf([large.ms]),
        beside: [{ what: `the sweep of ${SMALL}`, figure: small.ours }],
        bar: `15 × that of ${SMALL}`,
        ofBar: large.ms / (15 * small.ours.median),
      },
      {
        what: `memory of add, a sweep of ${LARGE}, at most`,
        unit: 'MB',
        ours: figureOf([large.megabytes]),
        beside: [{ what: `a sweep of ${SMALL}`, figure: figureOf([small.megabytes]) }],
        bar: `2 × that of ${SMALL}`,
        ofBar: large.megabytes / (2 * small.megabytes),
      },
      await againstDvc(
        world,
        path,
        mapFigure(small.ours, (ms) => ms / SMALL),
      ),
    ]
  } finally {
    await world.end()
  }
}

interface Measured {
  ms: number
  megabytes: number
  snapshots: string[]
}

let sweeps = 0

/** Queues so many, and asks Node for its peak when it ends. Waits until the daemon has them. */
const sweepOf = async (world: World, path: string, count: number): Promise<Measured> => {
  const peak = join(world.folder, 'peak')
  const script = `import{writeFileSync}from'node:fs';process.on('exit',()=>writeFileSync('${peak}',String(process.resourceUsage().maxRSS)))`
  const name = `sweep${sweeps++}`
  const args = ['add', '-n', name, '-S', `n=range(0,${count})`, '--', 'true']
  const before = performance.now()
  await execa('git', ['exp', ...args], {
    cwd: path,
    env: {
      ...world.env,
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(script)}`,
    },
    extendEnv: false,
    stdin: 'ignore',
  })
  const ms = performance.now() - before
  const refs = await world.call(path, 'git', 'for-each-ref', '--format=%(objectname) %(refname)')
  const snapshots = refs
    .split('\n')
    .filter((line) => line.includes(`/${name}-`))
    .map((line) => line.slice(0, line.indexOf(' ')))
  await ingested(world, path, `${name}-${count}`)
  return { ms, megabytes: Number(readFileSync(peak, 'utf8')) / 1024, snapshots }
}

const ingested = async (world: World, path: string, name: string): Promise<void> => {
  const text = await world.call(path, 'git', 'exp', 'show', name, '--json')
  const [experiment] = JSON.parse(text) as { number: number | null }[]
  if (experiment?.number == null) await ingested(world, path, name)
}

const againstGit = async (
  world: World,
  path: string,
): Promise<{ ours: Figure; reference: Figure; megabytes: number }> => {
  const first = await sweepOf(world, path, SMALL)
  const messages = await messagesOf(world, path, first.snapshots)
  const head = await world.call(path, 'git', 'rev-parse', 'HEAD')
  const tree = await world.call(path, 'git', 'rev-parse', 'HEAD^{tree}')
  const own: Measured[] = []
  let turn = 0
  const of = await compare(TURNS, {
    ours: async () => {
      own.push(await sweepOf(world, path, SMALL))
    },
    reference: async () => {
      turn++
      const stream = streamOf(messages, { head, tree, turn })
      const oids = await world.pipe(path, stream, 'git', 'fast-import', '--quiet', '--done')
      const creations = oids.split('\n').map((oid, i) => `create refs/bench/${turn}/${i} ${oid}`)
      await world.pipe(path, `${creations.join('\n')}\n`, 'git', 'update-ref', '--stdin')
    },
  })
  return {
    // Without the wait for the daemon, and without the first turn.
    ours: figureOf(own.slice(1).map(({ ms }) => ms)),
    reference: of('reference'),
    megabytes: Math.max(...own.map(({ megabytes }) => megabytes)),
  }
}

const messagesOf = async (world: World, path: string, oids: string[]): Promise<string[]> => {
  const log = await world.pipe(
    path,
    `${oids.join('\n')}\n`,
    ...(['git', 'log', '--no-walk=unsorted', '--stdin', '--format=%B%x00'] as const),
  )
  return log
    .split('\0')
    .slice(0, oids.length)
    .map((message) => message.trimStart())
}

/** The same commits as ours, new in each turn. */
const streamOf = (
  messages: string[],
  { head, tree, turn }: { head: string; tree: string; turn: number },
): string => {
  const parts = messages.map((message, i) => {
    const text = `${message}${turn}\n`
    const params = `n: ${i} # turn ${turn}\n`
    return (
      `reset refs/bench/tmp${turn}\n\ncommit refs/bench/tmp${turn}\nmark :${i + 1}\n` +
      `committer A Bench <bench@example.org> 1 +0000\ndata ${Buffer.byteLength(text)}\n${text}\n` +
      `from ${head}\nM 040000 ${tree} \nM 100644 inline params.yaml\n` +
      `data ${params.length}\n${params}\n`
    )
  })
  const marks = messages.map((_, i) => `get-mark :${i + 1}\n`)
  return `feature done\n${parts.join('')}${marks.join('')}done\n`
}

/** DVC's own queue in a copy of the repository. */
const againstDvc = async (world: World, path: string, ours: Figure): Promise<Row> => {
  const dvc = await dvcCopy(world, path)
  const of = await compare(dvc === null ? 0 : 1, {
    queue: async () => {
      if (dvc === null) return
      turn += FEW
      await world.call(
        dvc.path,
        'dvc',
        'exp',
        'run',
        '--queue',
        '-S',
        `n=range(${turn},${turn + FEW})`,
      )
    },
  })
  const theirs = dvc === null ? null : mapFigure(of('queue'), (ms) => ms / FEW)
  return {
    what: 'add a sweep, each experiment',
    unit: 'ms',
    ours,
    beside: [{ what: `dvc exp run --queue of ${FEW}, each`, figure: theirs }],
    bar: '1/25 of DVC’s',
    ofBar: theirs === null ? null : (25 * ours.median) / theirs.median,
  }
}

let turn = 100
