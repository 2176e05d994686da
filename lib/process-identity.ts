import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { bootId } from './host.ts'

/** A process for sure: numbers are reused, but not with the same start time in the same boot. */
export interface ProcessIdentity {
  pid: number
  /** Opaque: clock ticks since boot on Linux, a date on macOS. */
  start: string
  boot: string
}

/** The identity of a live process, or null if there is none of that number. */
export const identify = (pid: number): ProcessIdentity | null => {
  const start = process.platform === 'darwin' ? startOnMac(pid) : startOnLinux(pid)
  return start === null ? null : { pid, start, boot: bootId() }
}

export const isAlive = (identity: ProcessIdentity): boolean => {
  const now = identify(identity.pid)
  return now !== null && now.start === identity.start && now.boot === identity.boot
}

/** One line, as the hint file has it: a shell can read its first word. */
export const printIdentity = ({ pid, start, boot }: ProcessIdentity): string =>
  `${pid} ${boot} ${start}`

export const parseIdentity = (line: string): ProcessIdentity | null => {
  const match = /^(\d{1,10}) (\S+) (.+)$/.exec(line.trim())
  if (match === null) return null
  const [, pid = '', boot = '', start = ''] = match
  return { pid: Number(pid), boot, start }
}

/** Field 22 of proc(5)'s stat, counted behind the name, which may hold blanks and brackets. */
const startOnLinux = (pid: number): string | null => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' || fields[0] === 'X' ? null : (fields[19] ?? null)
  } catch {
    return null
  }
}

const startOnMac = (pid: number): string | null => {
  try {
    return (
      execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)])
        .toString()
        .trim() || null
    )
  } catch {
    return null
  }
}
