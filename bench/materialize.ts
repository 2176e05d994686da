import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Job } from '../daemon/job.ts'
import { materialize } from '../daemon/workplace/materialize.ts'
import { slotOf } from '../daemon/workplace/slot.ts'
import { parseSpec } from '../lib/spec/spec.ts'
import { compare, type Row } from './measure.ts'
import type { World } from './world.ts'

const CHANGE_TURNS = 11

/**
 * A slot filled anew, and one that differs from its snapshot in one file, beside what git needs for
 * a new worktree and to check out the same change.
 */
export const benchMaterialize = async (
  world: World,
  path: string,
  size: string,
  turns: number,
): Promise<Row[]> => {
  const git = (...args: string[]): Promise<string> => world.call(path, 'git', ...args)
  const place = join(world.folder, 'checked-out')
  await git('worktree', 'add', '--quiet', '--detach', place)
  const { next, checkout: checkOut } = await alternating(world, place)
  const slot = slotOf(join(world.folder, 'bench-slots'), join(path, '.git'), path, 1)
  let others = 0
  // A worktree's twenty thousand files are written to the disk for a while, which is neither's work.
  const ofChange = await compare(Math.max(turns, CHANGE_TURNS), {
    warm: async () => {
      await materialize(slot, jobFor(path, next()))
    },
    checkout: checkOut,
  })
  const of = await compare(turns, {
    // Nothing is removed: for a while ext4 makes files many times slower where as many have just gone.
    empty: async () => renameSync(slot.folder, join(world.folder, `emptied-${others}`)),
    cold: async () => {
      await materialize(slot, jobFor(path, next()))
    },
    worktree: async () => {
      await git('worktree', 'add', '--quiet', '--detach', join(world.folder, `other-${others++}`))
    },
  })
  const [warm, checkout] = [ofChange('warm'), ofChange('checkout')]
  const [cold, worktree] = [of('cold'), of('worktree')]
  const beside = [
    { what: 'git checkout of the change', figure: checkout },
    { what: 'git worktree add', figure: worktree },
  ]
  // In a small repository both are hardly more than the start of a process.
  const isLarge = size !== 'small'
  return [
    {
      what: `materialize, warm slot, one file differs, ${size}`,
      unit: 'ms',
      ours: warm,
      beside,
      bar: isLarge ? '2 × checkout, 1/8 of worktree add' : null,
      ofBar: isLarge
        ? Math.max(warm.median / (2 * checkout.median), (8 * warm.median) / worktree.median)
        : null,
    },
    {
      what: `materialize, new slot, ${size}`,
      unit: 'ms',
      ours: cold,
      beside,
      bar: null,
      ofBar: null,
    },
  ]
}

/** Two commits in a worktree that differ in one file, and what checks them out by turns. */
export const alternating = async (
  world: World,
  place: string,
): Promise<{ next: () => string; checkout: () => Promise<void> }> => {
  const commits: string[] = []
  for (const n of [2, 3]) {
    writeFileSync(join(place, 'params.yaml'), `n: ${n} # the only parameter\n`)
    await world.call(place, 'git', 'commit', '--quiet', '--all', '--message', `${n}`)
    commits.push(await world.call(place, 'git', 'rev-parse', 'HEAD'))
  }
  const from = (turn: number): string => commits[turn % 2] ?? ''
  let [given, checkedOut] = [0, 0]
  return {
    next: () => from(given++),
    checkout: async () => {
      await world.call(place, 'git', 'checkout', '--quiet', '--detach', from(checkedOut++))
    },
  }
}

export const jobFor = (path: string, snapshot: string): Job => ({
  number: 1,
  id: 'bench',
  name: 'bench',
  baseline: snapshot,
  branch: 'main',
  snapshot,
  commonDir: join(path, '.git'),
  worktree: path,
  executor: 'temp-dir',
  workdir: '',
  spec: parseSpec('{"command": "true"}'),
  env: null,
  keep: false,
  attempt: 1,
  retriesUsed: 0,
  slot: 1,
  gpus: null,
  stopAsked: false,
})
