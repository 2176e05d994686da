import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { layOverlay } from '../daemon/overlay/lay.ts'
import { slotOf } from '../daemon/workplace/slot.ts'
import { benchDisk } from './disk.ts'
import { alternating, jobFor } from './materialize.ts'
import { compare, type Row } from './measure.ts'
import { benchRun } from './run.ts'
import { benchStart } from './start.ts'
import { benchThroughput } from './throughput.ts'
import type { World } from './world.ts'

const TURNS = 11

/** The same again with `exp.isolation = overlay`: what follows the number of files otherwise. */
export const benchOverlay = async (world: World, path: string, size: string): Promise<Row[]> => {
  await world.call(path, 'git', 'config', '--global', 'exp.isolation', 'overlay')
  await world.call(path, 'git', 'exp', 'daemon', 'restart', '--jobs', '2')
  try {
    const label = `${size}, overlay`
    return [
      await layingOf(world, path, label),
      ...(await benchStart(world, path, label)),
      ...(await benchRun(world, path, label)),
      ...(await benchThroughput(world, path, label)),
      await benchDisk(world, path, label),
    ]
  } finally {
    await world.call(path, 'git', 'config', '--global', '--unset', 'exp.isolation')
    await world.call(path, 'git', 'exp', 'daemon', 'restart')
  }
}

const layingOf = async (world: World, path: string, label: string): Promise<Row> => {
  const place = join(world.folder, `laid-${randomUUID()}`)
  await world.call(path, 'git', 'worktree', 'add', '--quiet', '--detach', place)
  const { next, checkout } = await alternating(world, place)
  const slot = slotOf(join(world.folder, 'bench-overlays'), join(path, '.git'), path, 1)
  const baseline = await world.call(path, 'git', 'rev-parse', 'HEAD')
  const of = await compare(TURNS, {
    overlay: async () => {
      const job = { ...jobFor(path, next()), baseline }
      const laid = await layOverlay(slot, job, () => new Set(), new AbortController().signal)
      if ('why' in laid) throw new Error(laid.why)
    },
    checkout,
  })
  return {
    what: `materialize, one file differs, ${label}`,
    unit: 'ms',
    ours: of('overlay'),
    beside: [{ what: 'git checkout of the change', figure: of('checkout') }],
    bar: '2 × checkout',
    ofBar: of('overlay').median / (2 * of('checkout').median),
  }
}
