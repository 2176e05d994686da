import { existsSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { figureOf, type Row } from './measure.ts'
import type { World } from './world.ts'

const TURNS = 15
/** Longer than anything is kept open for the next run. */
const REST_MS = 3000
const RESTED_TURNS = 7
const BAR_MS = 100

/**
 * From the ticket's rename into the spool to the first instruction of the command: one after the other,
 * and each after a rest in which nothing is left that an earlier run had started.
 */
export const benchStart = async (world: World, path: string, size: string): Promise<Row[]> => [
  await startOf(world, path, size, TURNS, 50),
  await startOf(world, path, `after a rest, ${size}`, RESTED_TURNS, REST_MS),
]

const startOf = async (
  world: World,
  path: string,
  label: string,
  turns: number,
  restMs: number,
): Promise<Row> => {
  const times: number[] = []
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
    if (turn > 0) times.push(started - spooledAt(world, experiment?.id ?? ''))
    await wait(restMs)
  }
  const ours = figureOf(times)
  return {
    what: `ticket to exec, ${label}`,
    unit: 'ms',
    ours,
    beside: [],
    bar: `${BAR_MS} ms`,
    ofBar: ours.median / BAR_MS,
  }
}

/** When the ticket was written, which is just before its rename; moving it later changes no mtime. */
const spooledAt = (world: World, id: string): number =>
  statSync(join(world.env.GIT_EXP_HOME ?? '', 'runs', id, 'ticket')).mtimeMs
