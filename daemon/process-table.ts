import { execFileSync } from 'node:child_process'
import { closeSync, openSync, readdirSync, readlinkSync, readSync } from 'node:fs'

/** A live process, as a look at all of them finds it. */
export interface ProcessRow {
  pid: number
  parent: number
  session: number
  /** As `identify` has it. */
  start: string
}

/** Every live process. Empty where there is no /proc. */
export const allProcesses = (): ProcessRow[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => readRow(Number(name)))
    .filter((row) => row !== null)

/** One process, or null if it has ended. Fields of proc(5)'s stat, counted behind the name. */
export const readRow = (pid: number): ProcessRow | null => {
  const stat = readProc(pid, 'stat')
  if (stat === null) return null
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  if (fields[0] === 'Z' || fields[0] === 'X') return null
  return { pid, parent: Number(fields[1]), session: Number(fields[3]), start: fields[19] ?? '' }
}

/** The direct children of a process; those that only a look at all would find are not among them. */
export const childrenOf = (pid: number): number[] => {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      (readProc(pid, `task/${thread}/children`) ?? '').split(' ').filter(Boolean).map(Number),
    )
  } catch {
    return []
  }
}

export const hasVariable = (pid: number, variable: string): boolean =>
  readProc(pid, 'environ')?.split('\0').includes(variable) ?? false

/** What a process writes to: `socket:[123]` and the like; null when it is closed or not ours. */
export const outputOf = (pid: number, fd: 1 | 2 = 1): string | null => {
  try {
    return readlinkSync(`/proc/${pid}/fd/${fd}`)
  } catch {
    return null
  }
}

/** Bytes of memory that a process has now, and the most that it ever had. */
export const memoryOf = (pid: number): { now: number; peak: number } => {
  const status = readProc(pid, 'status') ?? ''
  const bytes = (name: string): number =>
    1024 * Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0)
  return { now: bytes('VmRSS'), peak: bytes('VmHWM') }
}

/** Milliseconds of processor time of all children that this process has waited for, and theirs. */
export const childrensCpuMs = (): number | null => {
  const stat = readProc(process.pid, 'stat')
  if (stat === null) return null
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  // The kernel tells of hundredths of a second whatever it counts itself.
  return (Number(fields[13]) + Number(fields[14])) * 10
}

/** Most files of /proc fit; one buffer for all of them keeps a supervisor that looks often small. */
const page = Buffer.allocUnsafeSlow(4096)

const readProc = (pid: number, file: string): string | null => {
  let fd: number | null = null
  try {
    fd = openSync(`/proc/${pid}/${file}`, 'r')
    let text = ''
    for (let bytes = page.length; bytes > 0; ) {
      bytes = readSync(fd, page, 0, page.length, null)
      text += page.toString('latin1', 0, bytes)
    }
    return text
  } catch {
    return null
  } finally {
    if (fd !== null) closeSync(fd)
  }
}

/** The processes of a session's group, or whose environment has such a variable, on macOS. */
export const pidsOnMac = (session: number, variable: string): number[] =>
  execFileSync('ps', ['-axEww', '-o', 'pid=,sess=,pgid=,command='])
    .toString()
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\S+)\s+(\d+)\s+(.*)$/.exec(line))
    .filter((match) => match !== null)
    .filter(([, , , group, rest]) => Number(group) === session || rest?.includes(variable))
    .map(([, pid]) => Number(pid))
