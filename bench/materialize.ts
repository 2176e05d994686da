import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Job } from '../daemon/job.ts'
import { materialize } from '../daemon/workplace/materialize.ts'
import { slotOf } from '../daemon/workplace/slot.ts'
import { parseSpec } from '../lib/spec/spec.ts'
import { compare, type Row } from './measure.ts'
import type { World } from './world.ts'

const TURNS = 9

/**
 * A slot filled anew, and one that differs from its snapshot in one file, beside what git needs for
 * a new worktree and to check out the same change.
 */
export const benchMaterialize = async (
  world: World,
  path: string,
  size: string,
): Promise<Row[]> => {
  const git = (...args: string[]): Promise<string> => world.call(path, 'git', ...args)
  const place = join(world.folder, 'worktree')
  await git('worktree', 'add', '--quiet', '--detach', place)
  const snapshots: string[] = []
  for (const n of [2, 3]) {
    writeFileSync(join(place, 'params.yaml'), `n: ${n} # the only parameter\n`)
    await world.call(place, 'git', 'commit', '--quiet', '--all', '--message', `${n}`)
    snapshots.push(await world.call(place, 'git', 'rev-parse', 'HEAD'))
  }
  const slot = slotOf(join(world.folder, 'bench-slots'), join(path, '.git'), path, 1)
  let turn = 0
  const next = (): string => snapshots[turn++ % 2] ?? ''
  const other = join(world.folder, 'other')
  const times = await compare(TURNS, {
    warm: async () => {
      await materialize(slot, jobFor(path, next()))
    },
    checkout: async () => {
      await world.call(place, 'git', 'checkout', '--quiet', '--detach', next())
    },
    empty: async () => rmSync(slot.folder, { recursive: true }),
    cold: async () => {
      await materialize(slot, jobFor(path, next()))
    },
    worktree: async () => {
      await git('worktree', 'add', '--quiet', '--detach', other)
    },
    clear: async () => {
      await git('worktree', 'remove', '--force', other)
      turn++
    },
  })
  await git('worktree', 'remove', '--force', place)
  const of = (name: string): number => times.get(name)?.median ?? Number.NaN
  return [
    {
      what: `materialize, warm slot, one file differs, ${size}`,
      ours: `${of('warm').toFixed(0)} ms`,
      reference: `${of('checkout').toFixed(0)} ms: git checkout; ${of('worktree').toFixed(0)} ms: git worktree add`,
      ofBar: Math.max(of('warm') / (2 * of('checkout')), (8 * of('warm')) / of('worktree')),
    },
    {
      what: `materialize, new slot, ${size}`,
      ours: `${of('cold').toFixed(0)} ms`,
      reference: `${of('worktree').toFixed(0)} ms: git worktree add`,
      ofBar: of('cold') / (2 * of('worktree')),
    },
  ]
}

const jobFor = (path: string, snapshot: string): Job => ({
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
