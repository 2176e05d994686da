import { randomUUID } from 'node:crypto'
import { renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { compare, type Figure, figureOf, mapFigure, type Row } from './measure.ts'
import { dvcCopy } from './peers.ts'
import type { World } from './world.ts'

const TURNS = 5
/** DVC takes half a minute for each in a large repository. */
const DVC_TURNS = 1
/** How many times faster than DVC's one of nothing has to be, in a new slot and in one that was used. */
const FACTORS = { warm: 100, cold: 20 }

/**
 * One experiment of nothing: from its start to all of it collected, and from what is typed to its
 * recorded result. DVC's takes its start and its files in one, so both stand beside all of it, and
 * the first also beside what is left of it without what DVC takes to queue one.
 */
export const benchRun = async (world: World, path: string, size: string): Promise<Row[]> => {
  await world.call(path, 'git', 'exp', 'daemon', 'start')
  const started = { warm: [] as number[], cold: [] as number[] }
  const run = async (kind?: keyof typeof started): Promise<void> => {
    const text = await world.call(path, 'git', 'exp', 'run', '--json', '--', 'true')
    const [experiment] = JSON.parse(text) as { id: string }[]
    if (kind !== undefined) started[kind].push(collectedAfter(world, experiment?.id ?? ''))
  }
  const slots = join(world.env.XDG_CACHE_HOME ?? '', 'git-exp', 'workplaces')
  const of = await compare(TURNS, {
    warm: () => run('warm'),
    // Not removed: for a while ext4 makes files many times slower where as many have just gone.
    clear: async () => renameSync(slots, join(world.folder, `cleared-${randomUUID()}`)),
    cold: () => run('cold'),
    // The files of a new slot are still being written to the disk, and git looks into each of them.
    settle: () => run(),
  })
  const dvc = await dvcCopy(world, path)
  const ofDvc = await compare(dvc === null ? 0 : DVC_TURNS, {
    run: async () => {
      dvc?.edit()
      if (dvc !== null) await world.call(dvc.path, 'dvc', 'exp', 'run', '--temp')
    },
    queue: async () => {
      dvc?.edit()
      if (dvc !== null) await world.call(dvc.path, 'dvc', 'exp', 'run', '--queue')
    },
  })
  const theirs = dvc === null ? null : ofDvc('run')
  const withoutQueueing = dvc === null ? null : lessOf(ofDvc('run'), ofDvc('queue'))
  const isLarge = size !== 'small'
  return (['warm', 'cold'] as const).flatMap((kind): Row[] => {
    const slot = `${kind === 'warm' ? 'warm' : 'new'} slot, ${size}`
    // The first turn warms caches, as in `compare`.
    const ours = figureOf(started[kind].slice(1))
    return [
      {
        what: `run of nothing, start to collected, ${slot}`,
        unit: 'ms',
        ours,
        beside: [
          { what: 'dvc exp run --temp', figure: theirs },
          { what: 'the same less dvc exp run --queue', figure: withoutQueueing },
        ],
        bar: isLarge ? `1/${FACTORS[kind]} of DVC’s` : null,
        ofBar: !isLarge || theirs === null ? null : (FACTORS[kind] * ours.median) / theirs.median,
      },
      {
        what: `run of nothing, typed to result, ${slot}`,
        unit: 'ms',
        ours: of(kind),
        beside: [{ what: 'dvc exp run --temp', figure: theirs }],
        bar: null,
        ofBar: null,
      },
    ]
  })
}

const lessOf = (all: Figure, part: Figure): Figure => mapFigure(all, (one) => one - part.median)

/** Milliseconds from the first line of an experiment's log, its start, to the record of its end. */
const collectedAfter = (world: World, id: string): number => {
  const folder = join(world.env.GIT_EXP_HOME ?? '', 'runs', id)
  return statSync(join(folder, 'end')).mtimeMs - statSync(join(folder, '1', 'log')).birthtimeMs
}
