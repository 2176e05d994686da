import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { childrenOf } from '../daemon/process-table.ts'
import type { World } from './world.ts'

/** The daemon of a world, by its hint. */
export const daemonOf = (world: World): string => {
  const hint = readFileSync(join(world.env.GIT_EXP_HOME ?? '', 'daemon.hint'), 'utf8')
  return /(?:^| )(\d+) [0-9a-f]{8}-/.exec(hint)?.[1] ?? ''
}

/** Milliseconds of processor time of a process, and of its children, those included that have ended. */
export const cpuMsOf = (pid: string): { own: number; children: number } => {
  const { own, ended } = cpuIn(statOf(pid) ?? [])
  const live = childrenOf(Number(pid)).map((child) => cpuIn(statOf(child) ?? []))
  return { own, children: ended + live.reduce((sum, one) => sum + one.own + one.ended, 0) }
}

/** Megabytes of some processes that no other one shares. */
export const privateMegabytes = (...pids: (string | number)[]): number => {
  const kilobytes = pids.map((one) => {
    const status = readFileSync(`/proc/${one}/status`, 'utf8')
    return Number(/^RssAnon:\s+(\d+)/m.exec(status)?.[1] ?? 0)
  })
  return kilobytes.reduce((sum, one) => sum + one, 0) / 1024
}

/** What stands behind a process's name: its state, its parent and so on; null where it has gone. */
const statOf = (pid: string | number): string[] | null => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    return null
  }
}

const cpuIn = (fields: string[]): { own: number; ended: number } => {
  const ms = (i: number): number => (Number(fields[i]) + Number(fields[i + 1])) * 10
  return { own: ms(11), ended: ms(13) }
}
