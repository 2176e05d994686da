import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { World } from './world.ts'

/** The daemon of a world, by its hint. */
export const daemonOf = (world: World): string => {
  const hint = readFileSync(join(world.env.GIT_EXP_HOME ?? '', 'daemon.hint'), 'utf8')
  return /(?:^| )(\d+) [0-9a-f]{8}-/.exec(hint)?.[1] ?? ''
}

/** Milliseconds of processor time of a process, and of its children that have ended. */
export const cpuMsOf = (pid: string): { own: number; children: number } => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const ms = (i: number): number => (Number(fields[i]) + Number(fields[i + 1])) * 10
  return { own: ms(11), children: ms(13) }
}

/** Megabytes that no other process shares. */
export const privateMegabytes = (pid: string): number => {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/^RssAnon:\s+(\d+)/m.exec(status)?.[1]) / 1024
}
