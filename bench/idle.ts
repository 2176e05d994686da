import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { cpuMsOf, daemonOf } from './daemon-facts.ts'
import { figureOf, type Row } from './measure.ts'
import { makeRepository, makeWorld } from './world.ts'

const MINUTE_MS = 60_000
const MINUTES = 60

/** What a daemon does while nobody wants anything of it. */
export const benchIdle = async (): Promise<Row[]> => {
  const world = makeWorld()
  try {
    const path = await makeRepository(world, 20)
    await world.call(path, 'git', 'config', '--global', 'exp.idleExit', 'never')
    await world.call(path, 'git', 'exp', 'run', '--', 'true')
    const pid = daemonOf(world)
    // What it does after a run is no part of it.
    await wait(MINUTE_MS)
    const before = factsOf(pid)
    await wait(MINUTES * MINUTE_MS)
    const after = factsOf(pid)
    const row = (what: string, unit: Row['unit'], value: number): Row => ({
      what: `${MINUTES} idle minutes of the daemon: ${what}`,
      unit,
      ours: figureOf([value]),
      beside: [],
      bar: null,
      ofBar: null,
    })
    return [
      row('wake-ups of its main thread', 'times', after.main - before.main),
      row('wake-ups of all its threads', 'times', after.all - before.all),
      row('processor time', 'ms', after.cpuMs - before.cpuMs),
      row('written to the disk', 'MB', (after.written - before.written) / 1e6),
    ]
  } finally {
    await world.end()
  }
}

interface Facts {
  main: number
  all: number
  cpuMs: number
  written: number
}

const factsOf = (pid: string): Facts => {
  const wakeUps = readdirSync(`/proc/${pid}/task`).map((thread) =>
    numberIn(`/proc/${pid}/task/${thread}/status`, /^voluntary_ctxt_switches:\s+(\d+)/m),
  )
  return {
    main: numberIn(`/proc/${pid}/status`, /^voluntary_ctxt_switches:\s+(\d+)/m),
    all: wakeUps.reduce((sum, one) => sum + one, 0),
    cpuMs: cpuMsOf(pid).own,
    written: numberIn(`/proc/${pid}/io`, /^write_bytes: (\d+)/m),
  }
}

const numberIn = (file: string, pattern: RegExp): number =>
  Number(pattern.exec(readFileSync(file, 'utf8'))?.[1])
