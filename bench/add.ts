import { compare, type Row } from './measure.ts'
import type { World } from './world.ts'

const TURNS = 15

/** `add` of one, against Node's start and the git commands that a stash and a ref cost. */
export const benchAdd = async (world: World, path: string, size: string): Promise<Row> => {
  await world.call(path, 'git', 'exp', 'daemon', 'start')
  const times = await compare(TURNS, {
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
  const ours = times.get('add')?.median ?? Number.NaN
  const reference = times.get('reference')?.median ?? Number.NaN
  return {
    what: `add one, ${size}`,
    ours: `${ours.toFixed(0)} ms`,
    reference: `${reference.toFixed(0)} ms: node -e 0, git stash create, git update-ref`,
    ofBar: ours / (2 * reference),
  }
}
