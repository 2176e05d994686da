import { parseArgs } from 'node:util'
import { benchAdd, benchColdAdd } from './add.ts'
import { benchCommit } from './commit.ts'
import { benchDisk } from './disk.ts'
import { benchGrowth } from './growth.ts'
import { benchIdle } from './idle.ts'
import { benchMaterialize } from './materialize.ts'
import type { Row } from './measure.ts'
import { benchOverlay } from './overlay.ts'
import { addResults, rowLine } from './page.ts'
import { benchRun } from './run.ts'
import { benchLog, benchSupervisor } from './runs.ts'
import { benchShow } from './show.ts'
import { benchStart } from './start.ts'
import { benchSweep } from './sweep.ts'
import { benchThroughput } from './throughput.ts'
import { type Bulk, makeRepository, makeWorld, removeEndedWorlds, type World } from './world.ts'

// The figures of the design, each beside its reference in the same run. A row within its bar has a
// factor of 1 or less. Figures are for people: no test reads them.
interface Setting extends Bulk {
  files: number
  turns: number
  /** How many times faster than DVC's `add` has to be. */
  dvcFactor: number | null
}
const SIZES = {
  small: { files: 20, turns: 11, dvcFactor: 20 },
  '20,000 files': { files: 20_000, turns: 5, dvcFactor: 50 },
  // Where DVC takes minutes for one.
  '100,000 files': { files: 100_000, turns: 3, dvcFactor: null },
  'a history of 300 MB': { files: 20, turns: 7, dvcFactor: null, history: 300 },
  '200 MB of untracked files': { files: 20, turns: 5, dvcFactor: null, untracked: 200 },
} satisfies Record<string, Setting>
type Size = keyof typeof SIZES

type Work = (world: World, path: string, size: Size) => Promise<Row[]>

/** What is measured in a repository, by the name that `--only` takes. */
const IN_REPOSITORY: Record<string, { sizes: Size[]; work: Work }> = {
  // First, before other rows have made and removed many files.
  overlay: {
    sizes: ['20,000 files', '100,000 files'],
    work: (world, path, size) => benchOverlay(world, path, size),
  },
  add: {
    sizes: Object.keys(SIZES) as Size[],
    work: async (world, path, size) => [
      await benchAdd(world, path, { size, ...SIZES[size] }),
      await benchColdAdd(world, path, { size, ...SIZES[size] }),
    ],
  },
  start: {
    sizes: ['small', '20,000 files'],
    work: (world, path, size) => benchStart(world, path, size),
  },
  run: {
    sizes: ['small', '20,000 files'],
    work: (world, path, size) => benchRun(world, path, size),
  },
  materialize: {
    sizes: ['small', '20,000 files', '100,000 files'],
    work: (world, path, size) => benchMaterialize(world, path, size, SIZES[size].turns),
  },
  disk: {
    sizes: ['small', '20,000 files'],
    work: async (world, path, size) => [await benchDisk(world, path, size)],
  },
  throughput: {
    sizes: ['small', '20,000 files'],
    work: async (world, path, size) => {
      const rows: Row[] = []
      for (const jobs of size === 'small' ? [1, 2, 8] : [2]) {
        rows.push(...(await benchThroughput(world, path, size, jobs)))
      }
      return rows
    },
  },
  commit: {
    sizes: ['small', '20,000 files'],
    work: async (world, path, size) => [await benchCommit(world, path, size)],
  },
  supervisor: {
    sizes: ['small'],
    work: async (world, path) => [await benchSupervisor(world, path)],
  },
  log: { sizes: ['small'], work: async (world, path) => [await benchLog(world, path)] },
}

/** What makes a world of its own. */
const ALONE: Record<string, () => Promise<Row[]>> = {
  sweep: benchSweep,
  show: benchShow,
  growth: benchGrowth,
  idle: benchIdle,
}

const names = [...Object.keys(IN_REPOSITORY), ...Object.keys(ALONE)]
const { values } = parseArgs({
  options: { only: { type: 'string', multiple: true }, size: { type: 'string', multiple: true } },
})
// So long is waited only for who asks.
const wanted = values.only ?? names.filter((name) => name !== 'idle')
for (const name of wanted) {
  if (!names.includes(name)) throw new Error(`--only takes ${names.join(', ')}`)
}

const add = (rows: Row[]): void => {
  for (const row of rows) console.log(rowLine(row))
  addResults(rows)
}

const inRepository = async (size: Size): Promise<void> => {
  const works = wanted.filter((name) => IN_REPOSITORY[name]?.sizes.includes(size))
  if (works.length === 0 || values.size?.includes(size) === false) return
  const world = makeWorld()
  try {
    const setting: Setting = SIZES[size]
    const path = await makeRepository(world, setting.files, setting)
    for (const name of works) add((await IN_REPOSITORY[name]?.work(world, path, size)) ?? [])
  } finally {
    await world.end()
  }
}
const alone = async (name: string): Promise<void> => {
  if (wanted.includes(name)) add((await ALONE[name]?.()) ?? [])
}
// What takes longest comes last.
try {
  await inRepository('small')
  await inRepository('a history of 300 MB')
  await inRepository('200 MB of untracked files')
  await alone('growth')
  await alone('sweep')
  await inRepository('20,000 files')
  await alone('show')
  await inRepository('100,000 files')
  await alone('idle')
} finally {
  removeEndedWorlds()
}
