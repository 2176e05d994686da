import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { identify, isAlive, type ProcessIdentity } from '../lib/process-identity.ts'

/** What tells a run's processes from all others. */
export interface Ending {
  /** The session that the command leads. */
  session: number
  /** A `NAME=value` that stands in the environment of all that the run started. */
  mark: string
}

const ROUND_MS = 25
/** A process that cannot even be killed, as it waits for a dead disk, is looked at no more often. */
const MAX_ROUND_MS = 1000

/**
 * Ends every process of a run: TERM, the grace, KILL, and again until a look finds none. A child
 * may leave the group or the session, or be born during a look: hence the mark and the repetition.
 * Gives back how many were alive at the first look.
 */
export const endProcesses = async (ending: Ending, graceMs: number): Promise<number> => {
  const first = findProcesses(ending)
  for (const process of first) signal(process, 'SIGTERM')
  const deadline = performance.now() + graceMs
  let left = first
  for (let round = ROUND_MS; left.length > 0; ) {
    await wait(round)
    left = findProcesses(ending)
    if (performance.now() < deadline) continue
    for (const process of left) signal(process, 'SIGKILL')
    round = Math.min(round * 1.2, MAX_ROUND_MS)
  }
  return first.length
}

/** The live processes of a run, but for this process itself. */
export const findProcesses = (ending: Ending): ProcessIdentity[] =>
  (process.platform === 'darwin' ? pidsOnMac(ending) : pidsOnLinux(ending))
    .filter((pid) => pid !== process.pid)
    .map(identify)
    .filter((identity) => identity !== null)

/** Only a process that is still the same one is ever signalled. */
const signal = (identity: ProcessIdentity, name: 'SIGTERM' | 'SIGKILL'): void => {
  if (!isAlive(identity)) return
  try {
    process.kill(identity.pid, name)
  } catch {
    // It ended between the look and the signal.
  }
}

const pidsOnLinux = ({ session, mark }: Ending): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => sessionOf(pid) === session || hasMark(pid, mark))

const sessionOf = (pid: number): number | null => {
  const stat = readProc(pid, 'stat')
  return stat === null ? null : Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[3])
}

const hasMark = (pid: number, mark: string): boolean =>
  readProc(pid, 'environ')?.split('\0').includes(mark) ?? false

const readProc = (pid: number, file: string): string | null => {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1')
  } catch {
    return null
  }
}

const pidsOnMac = ({ session, mark }: Ending): number[] =>
  execFileSync('ps', ['-axEww', '-o', 'pid=,sess=,pgid=,command='])
    .toString()
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\S+)\s+(\d+)\s+(.*)$/.exec(line))
    .filter((match) => match !== null)
    .filter(([, , , group, rest]) => Number(group) === session || rest?.includes(mark))
    .map(([, pid]) => Number(pid))
