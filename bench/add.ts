import { compare, type Row } from './measure.ts'
import { dvcCopy } from './peers.ts'
import type { World } from './world.ts'

/** `add` of one, against Node's start and the git commands that a stash and a ref cost; and DVC's. */
export const benchAdd = async (
  world: World,
  path: string,
  { size, turns, dvcFactor }: { size: string; turns: number; dvcFactor: number | null },
): Promise<Row> => {
  await world.call(path, 'git', 'exp', 'daemon', 'start')
  const of = await compare(turns, {
    add: async () => {
      await world.call(path, 'git', 'exp', 'add', '--', 'true')
    },
    reference: async () => {
      await world.call(path, process.execPath, '-e', '0')
      const oid = await world.call(path, 'git', 'stash', 'create')
      await world.call(path, 'git', 'update-ref', 'refs/bench/stash', oid)
    },
    settle: async () => {
      await world.call(path, 'git', 'exp', 'wait')
    },
  })
  const dvc = dvcFactor === null ? null : await dvcCopy(world, path)
  const ofDvc = await compare(dvc === null ? 0 : 1, {
    queue: async () => {
      if (dvc === null) return
      dvc.edit()
      await world.call(dvc.path, 'dvc', 'exp', 'run', '--queue')
    },
  })
  const theirs = dvc === null ? null : ofDvc('queue')
  const [ours, reference] = [of('add'), of('reference')]
  return {
    what: `add one, ${size}`,
    unit: 'ms',
    ours,
    beside: [
      { what: 'node -e 0, git stash create, git update-ref', figure: reference },
      ...(dvcFactor === null ? [] : [{ what: 'dvc exp run --queue', figure: theirs }]),
    ],
    bar: dvcFactor === null ? '2 × git’s' : `2 × git’s, 1/${dvcFactor} of DVC’s`,
    ofBar: Math.max(
      ours.median / (2 * reference.median),
      theirs === null || dvcFactor === null ? 0 : (dvcFactor * ours.median) / theirs.median,
    ),
  }
}

/** The same where no daemon runs yet: it is started, and not waited for. */
export const benchColdAdd = async (
  world: World,
  path: string,
  { size, turns }: { size: string; turns: number },
): Promise<Row> => {
  const of = await compare(turns, {
    stop: async () => {
      await world.call(path, 'git', 'exp', 'daemon', 'stop')
    },
    add: async () => {
      await world.call(path, 'git', 'exp', 'add', '--', 'true')
    },
    settle: async () => {
      await world.call(path, 'git', 'exp', 'wait')
    },
  })
  return {
    what: `add one, no daemon runs, ${size}`,
    unit: 'ms',
    ours: of('add'),
    beside: [],
    bar: null,
    ofBar: null,
  }
}
