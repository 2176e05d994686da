import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { childrenOf } from '../daemon/process-table.ts'
import { spooled } from '../lib/spool.ts'
import { findDaemon } from '../lib/start-daemon.ts'
import { markedProcesses } from '../test/fixture/sandbox.ts'
import type { Ledger } from './ledger.ts'
import { type ExperimentRow, readRows } from './rows.ts'
import type { World } from './world.ts'

const LOOK_MS = 20
/** The minute's scan must have had its turn, and what it does on a slow machine. */
const LIMIT_MS = 100_000

/**
 * Undoes what harm can be undone, lets go what waits, sees to it that a daemon runs, and waits until
 * nothing is under way. Gives back what is, if that never comes to an end.
 */
export const calm = async (world: World, ledger: Ledger): Promise<string | null> => {
  rmSync(world.clock, { force: true })
  rmSync(world.ballast, { force: true })
  writeFileSync(world.open, '')
  const begun = performance.now()
  let under: string | null = ''
  while (under !== null && performance.now() - begun < LIMIT_MS) {
    if (findDaemon(world.places) === null) await world.call(['daemon', 'start'])
    const rows = readRows(world.places)
    const held = rows.filter((row) => row.state === 'held' || row.pausedAt !== null)
    if (held.length > 0) await world.call(['release', ...held.map(({ id }) => id)])
    under = underWay(world, ledger, rows)
    if (under !== null) await wait(LOOK_MS)
  }
  rmSync(world.open, { force: true })
  return under
}

const underWay = (world: World, { accepted }: Ledger, rows: ExperimentRow[]): string | null => {
  const waiting = spooled(world.places)
  if (waiting.length > 0) return `tickets wait: ${waiting.join(' ')}`
  const live = rows.filter(({ endedAt }) => endedAt === null)
  if (live.length > 0) {
    return live.map((row) => `${row.name} is ${row.state} ${row.phase ?? ''}`).join('; ')
  }
  const ids = new Set(rows.map(({ id }) => id))
  const lost = accepted.filter(({ id, removed }) => removed === 'no' && !ids.has(id))
  if (lost.length > 0) return `accepted and not there: ${lost.map(({ name }) => name).join(' ')}`
  const daemon = findDaemon(world.places)
  if (daemon === null) return 'no daemon runs'
  const left = markedProcesses(world.env.GIT_EXP_TEST_SANDBOX ?? '').filter(
    (pid) => pid !== daemon.pid,
  )
  // A supervisor of the daemon's may wait for the next run.
  const spare = childrenOf(daemon.pid).find((pid) => describe(pid).includes('supervisor.cjs'))
  const others = left.filter((pid) => pid !== spare)
  return others.length === 0 ? null : `processes are left: ${others.map(describe).join('; ')}`
}

const describe = (pid: number): string => {
  try {
    return `${pid} ${readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')}`
  } catch {
    return `${pid}, gone by now`
  }
}
