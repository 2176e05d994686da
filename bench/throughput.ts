import { join } from 'node:path'
import type { Row } from './measure.ts'
import type { World } from './world.ts'

const EXPERIMENTS = 60
const BAR_PER_SECOND = 20

/** No-op experiments from `add` to recorded results, so many at a time, against bare worktrees. */
export const benchThroughput = async (
  world: World,
  path: string,
  size: string,
  jobs = 2,
): Promise<Row> => {
  await world.call(path, 'git', 'exp', 'daemon', 'restart', '--jobs', String(jobs))
  const before = performance.now()
  await world.call(path, 'git', 'exp', 'add', '-S', `n=range(0,${EXPERIMENTS})`, '--', 'true')
  await world.call(path, 'git', 'exp', 'wait')
  const perSecond = EXPERIMENTS / ((performance.now() - before) / 1000)
  const reference = await worktreesPerSecond(world, path)
  return {
    what: `no-op experiments, ${jobs} jobs, ${size}`,
    ours: `${perSecond.toFixed(1)} a second`,
    reference: `${reference.toFixed(1)} a second: git worktree add, true, git worktree remove, one by one`,
    ofBar: BAR_PER_SECOND / perSecond,
  }
}

const worktreesPerSecond = async (world: World, path: string): Promise<number> => {
  const turns = 10
  const place = join(world.folder, 'worktree')
  const before = performance.now()
  for (let turn = 0; turn < turns; turn++) {
    await world.call(path, 'git', 'worktree', 'add', '--quiet', '--detach', place)
    await world.call(place, 'true')
    await world.call(path, 'git', 'worktree', 'remove', '--force', place)
  }
  return turns / ((performance.now() - before) / 1000)
}
