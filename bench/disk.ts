import { randomUUID } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Figure, figureOf, type Row } from './measure.ts'
import { dvcCopy } from './peers.ts'
import type { World } from './world.ts'

/** The disk that an experiment takes while it runs, over what its repository took before it was queued. */
export const benchDisk = async (world: World, path: string, size: string): Promise<Row> => {
  const seen = join(world.folder, 'seen')
  const state = ['cache', 'state'].map((name) => join(world.folder, name))
  const look = (...folders: string[]): string =>
    `du -skcx ${folders.join(' ')} | tail -n 1 >${seen}`
  const kilobytes = (): number => Number.parseInt(readFileSync(seen, 'utf8'), 10)
  const taken = async (folders: string[], run: () => Promise<void>): Promise<Figure> => {
    await world.call(path, 'sh', '-c', look(...folders))
    const before = kilobytes()
    rmSync(seen)
    await run()
    return figureOf([(kilobytes() - before) / 1024])
  }
  const own = [join(path, '.git'), ...state]
  await world.call(path, 'git', 'exp', 'daemon', 'restart')
  rmSync(join(world.folder, 'cache'), { recursive: true, force: true })
  await world.call(path, 'mkdir', '-p', ...state)
  const ours = await taken(own, async () => {
    await world.call(path, 'git', 'exp', 'run', '-c', look(...own))
  })
  const copy = join(world.folder, `dvc-disk-${randomUUID()}`)
  const theirs = [join(copy, '.git'), join(copy, '.dvc')]
  const dvc = await dvcCopy(world, path, { path: copy, command: look(...theirs) })
  dvc?.edit()
  const dvcs =
    dvc &&
    (await taken(theirs, async () => {
      await world.call(copy, 'dvc', 'exp', 'run', '--temp')
    }))
  return {
    what: `disk taken while one runs, ${size}`,
    unit: 'MB',
    ours,
    beside: [{ what: 'dvc exp run --temp', figure: dvcs }],
    bar: null,
    ofBar: null,
  }
}
