import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { alternating } from './materialize.ts'
import { figureOf, type Row } from './measure.ts'
import type { World } from './world.ts'

const TURNS = 15
/** Longer than a git is kept open for the next run. */
const REST_MS = 3000
const RESTED_TURNS = 7
const BAR_MS = 100

/**
 * From the ticket's rename into the spool to the first instruction of the command: one after the other,
 * and each after a rest. Beside it git's own checkout of such a change, in turns with it.
 */
export const benchStart = async (world: World, path: string, size: string): Promise<Row[]> => {
  const place = join(world.folder, `started-${randomUUID()}`)
  await world.call(path, 'git', 'worktree', 'add', '--quiet', '--detach', place)
  const { checkout } = await alternating(world, place)
  return [
    await startOf(world, path, { label: size, turns: TURNS, restMs: 50, checkout }),
    await startOf(world, path, {
      label: `after a rest, ${size}`,
      turns: RESTED_TURNS,
      restMs: REST_MS,
      checkout,
    }),
  ]
}

interface Turns {
  label: string
  turns: number
  restMs: number
  checkout: () => Promise<void>
}

const startOf = async (
  world: World,
  path: string,
  { label, turns, restMs, checkout }: Turns,
): Promise<Row> => {
  const times: number[] = []
  const checkouts: number[] = []
  const file = join(world.folder, 'started')
  for (let turn = 0; turn <= turns; turn++) {
    const text = await world.call(
      path,
      'git',
      'exp',
      'add',
      '--json',
      '--',
      'sh',
      '-c',
      `date +%s%N > ${file}`,
    )
    const [experiment] = JSON.parse(text) as { id: string; name: string }[]
    // Whoever waits by a program of their own takes a core from what is measured.
    while (!existsSync(file) || readFileSync(file, 'utf8') === '') await wait(2)
    const started = Number(readFileSync(file, 'utf8')) / 1e6
    rmSync(file)
    await world.call(path, 'git', 'exp', 'wait', experiment?.name ?? '')
    const before = performance.now()
    await checkout()
    if (turn > 0) {
      times.push(started - spooledAt(world, experiment?.id ?? ''))
      checkouts.push(performance.now() - before)
    }
    await wait(restMs)
  }
  const ours = figureOf(times)
  return {
    what: `ticket to exec, ${label}`,
    unit: 'ms',
    ours,
    beside: [{ what: 'git checkout of the change', figure: figureOf(checkouts) }],
    bar: `${BAR_MS} ms`,
    ofBar: ours.median / BAR_MS,
  }
}

/** When the ticket was written, which is just before its rename; moving it later changes no mtime. */
const spooledAt = (world: World, id: string): number =>
  statSync(join(world.env.GIT_EXP_HOME ?? '', 'runs', id, 'ticket')).mtimeMs
