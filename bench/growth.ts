import { setTimeout as wait } from 'node:timers/promises'
import { openDatabase } from '../daemon/database.ts'
import { childrenOf } from '../daemon/process-table.ts'
import { openQueue } from '../daemon/queue.ts'
import { makePlaces, places } from '../lib/places.ts'
import { cpuMsOf, daemonOf, privateMegabytes } from './daemon-facts.ts'
import { compare, type Figure, figureOf, mapFigure, type Row } from './measure.ts'
import { addRow } from './rows.ts'
import { makeRepository, makeWorld, type World } from './world.ts'

const LENGTHS = [1, 1_000, 10_000, 100_000]
const TURNS = 5
const IDLE_MS = 10_000
/** Megabytes that the daemon may have of its own with so many queued. */
const MEMORY_BARS: Record<number, number> = { 1: 45, 10000: 150, 100000: 150 }
const STATUS_BARS: Record<number, number> = { 10000: 100 }

/** What a long queue costs: `add`, `status` and the claim, and the daemon that waits beside it. */
export const benchGrowth = async (): Promise<Row[]> => {
  const rows: Row[] = []
  for (const length of LENGTHS) rows.push(...(await atLength(length)))
  return rows
}

const atLength = async (length: number): Promise<Row[]> => {
  const world = makeWorld()
  try {
    const path = await makeRepository(world, 20)
    const claim = await fillAndClaim(world, path, length)
    // Nothing of them is to run: all places are taken by what comes first.
    await world.call(path, 'git', 'exp', 'daemon', 'start', '--jobs', '1')
    const idle = await lookAtIdle(world)
    const of = await compare(TURNS, {
      add: async () => {
        await world.call(path, 'git', 'exp', 'add', '--hold', '--', 'true')
      },
      status: async () => {
        await world.call(path, 'git', 'exp', 'status')
      },
      node: async () => {
        await world.call(path, process.execPath, '-e', '0')
      },
    })
    const node = of('node')
    const beside = [{ what: 'node -e 0', figure: node }]
    const among = `${length.toLocaleString('en')} queued`
    const over = mapFigure(of('status'), (ms) => ms - node.median)
    const [statusBar, memoryBar] = [STATUS_BARS[length], MEMORY_BARS[length]]
    return [
      { what: `add one, ${among}`, unit: 'ms', ours: of('add'), beside, bar: null, ofBar: null },
      {
        what: `status over Node’s start, ${among}`,
        unit: 'ms',
        ours: over,
        beside,
        bar: statusBar === undefined ? null : `${statusBar} ms`,
        ofBar: statusBar === undefined ? null : over.median / statusBar,
      },
      { what: `claim, ${among}`, unit: 'ms', ours: claim, beside: [], bar: null, ofBar: null },
      {
        what: `memory of the daemon, private, ${among}`,
        unit: 'MB',
        ours: figureOf([idle.megabytes]),
        beside: [],
        bar: memoryBar === undefined ? null : `${memoryBar} MB`,
        ofBar: memoryBar === undefined ? null : idle.megabytes / memoryBar,
      },
      {
        what: `CPU of the daemon that waits, ${among}`,
        unit: '%',
        ours: figureOf([idle.percent]),
        beside: [],
        bar: null,
        ofBar: null,
      },
    ]
  } finally {
    await world.end()
  }
}

/** Fills the database as it would be, one of them running, and measures claims that are put back. */
const fillAndClaim = async (world: World, path: string, length: number): Promise<Figure> => {
  const baseline = await world.call(path, 'git', 'rev-parse', 'HEAD')
  const { db } = openDatabase(makePlaces(places(world.env)), false)
  const queue = openQueue(db)
  const machine = { jobs: 1, gpus: [], slots: {}, cpus: 2, memoryBytes: 8e9 }
  queue.atomically(() => {
    for (let i = 0; i < length; i++) {
      const facts = { name: `q-${i}`, baseline, overrides: [`n=${i}`] }
      addRow(queue, path, facts, JSON.stringify({ 'params.yaml': { n: i } }))
    }
  })
  const times: number[] = []
  for (let turn = 0; turn <= TURNS; turn++) {
    const before = performance.now()
    const job = queue.claim(Date.now(), machine)
    if (turn > 0) times.push(performance.now() - before)
    if (job !== null) queue.requeue(job)
  }
  // What waits is held, so that the daemon has nothing to do but to know of it.
  db.exec("update experiment set state = 'held'")
  db.close()
  return figureOf(times)
}

/** A daemon that has been left alone: what it has of its own, and its share of one processor. */
const lookAtIdle = async (world: World): Promise<{ megabytes: number; percent: number }> => {
  const pid = daemonOf(world)
  await wait(IDLE_MS / 5)
  const before = cpuMsOf(pid).own
  await wait(IDLE_MS)
  const percent = ((cpuMsOf(pid).own - before) * 100) / IDLE_MS
  return { megabytes: privateMegabytes(pid, ...childrenOf(Number(pid))), percent }
}
