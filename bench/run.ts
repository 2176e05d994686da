import { renameSync } from 'node:fs'
import { join } from 'node:path'
import { compare, type Row } from './measure.ts'
import { dvcCopy } from './peers.ts'
import type { World } from './world.ts'

const TURNS = 5
/** How many times faster than DVC's one of nothing has to be, in a new slot and in one that was used. */
const FACTORS = { cold: 20, warm: 100 }

/** One experiment of nothing from what is typed to its recorded result, beside DVC's. */
export const benchRun = async (world: World, path: string, size: string): Promise<Row[]> => {
  await world.call(path, 'git', 'exp', 'daemon', 'start')
  const run = async (): Promise<void> => {
    await world.call(path, 'git', 'exp', 'run', '--', 'true')
  }
  const slots = join(world.env.XDG_CACHE_HOME ?? '', 'git-exp', 'workplaces')
  let cleared = 0
  const of = await compare(TURNS, {
    warm: run,
    // Not removed: for a while ext4 makes files many times slower where as many have just gone.
    clear: async () => renameSync(slots, join(world.folder, `cleared-${cleared++}`)),
    cold: run,
    // The files of a new slot are still being written to the disk, and git looks into each of them.
    settle: run,
  })
  const dvc = await dvcCopy(world, path)
  const ofDvc = await compare(dvc === null ? 0 : 1, {
    run: async () => {
      if (dvc === null) return
      dvc.edit()
      await world.call(dvc.path, 'dvc', 'exp', 'run', '--temp')
    },
  })
  const theirs = dvc === null ? null : ofDvc('run')
  const isLarge = size !== 'small'
  return (['warm', 'cold'] as const).map((name) => ({
    what: `run of nothing, ${name === 'warm' ? 'warm' : 'new'} slot, ${size}`,
    unit: 'ms' as const,
    ours: of(name),
    beside: [{ what: 'dvc exp run --temp', figure: theirs }],
    bar: isLarge ? `1/${FACTORS[name]} of DVC’s` : null,
    ofBar: !isLarge || theirs === null ? null : (FACTORS[name] * of(name).median) / theirs.median,
  }))
}
