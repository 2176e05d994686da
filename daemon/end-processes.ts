import { setTimeout as wait } from 'node:timers/promises'
import { DAEMON_MARK } from '../lib/daemon-mark.ts'
import { identify, isAlive, type ProcessIdentity } from '../lib/process-identity.ts'
import { allProcesses, hasVariable, outputOf, type ProcessRow, pidsOnMac } from './process-table.ts'

/** What tells a run's processes from all others. */
export interface Ending {
  /** The session that the command leads. */
  session: number
  /** A `NAME=value` that stands in the environment of all that the run started. */
  mark: string
  /** What the command writes to, as `outputOf` has it, or null: nobody else can have that open. */
  output: string | null
  /** The start of the supervisor, as `identify` has it: nothing older is of its run. Null: unknown. */
  since: string | null
  /** Processes that were seen below the command, wherever they are now. */
  seen: () => Pick<ProcessRow, 'pid' | 'start'>[]
}

const ROUND_MS = 25
/** A process that cannot even be killed, as it waits for a dead disk, is looked at no more often. */
const MAX_ROUND_MS = 1000

/**
 * Ends every process of a run: TERM, the grace, KILL, and again until a look finds none. A child
 * may leave the group or the session, or be born during a look: hence the marks and the repetition.
 * Gives back how many were alive at the first look.
 */
export const endProcesses = async (ending: Ending, graceMs: number): Promise<number> => {
  const first = findProcesses(ending)
  for (const process of first) signal(process, 'SIGTERM')
  // Who is paused hears of it only now.
  for (const process of first) signal(process, 'SIGCONT')
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

/** Stops every process of a run until `resumeProcesses`, those that are born meanwhile too. */
export const pauseProcesses = (ending: Ending): void => {
  const stopped = new Set<number>()
  for (let isNew = true; isNew; ) {
    const found = findProcesses(ending).filter(({ pid }) => !stopped.has(pid))
    for (const process of found) {
      signal(process, 'SIGSTOP')
      stopped.add(process.pid)
    }
    isNew = found.length > 0
  }
}

export const resumeProcesses = (ending: Ending): void => {
  for (const process of findProcesses(ending)) signal(process, 'SIGCONT')
}

/** The live processes of a run, but for this process itself. */
export const findProcesses = (ending: Ending): ProcessIdentity[] =>
  (process.platform === 'darwin' ? pidsOnMac(ending.session, ending.mark) : pidsOnLinux(ending))
    .filter((pid) => pid !== process.pid)
    .map(identify)
    .filter((identity) => identity !== null)

/** Only a process that is still the same one is ever signalled. */
const signal = (
  identity: ProcessIdentity,
  name: 'SIGTERM' | 'SIGKILL' | 'SIGSTOP' | 'SIGCONT',
): void => {
  if (!isAlive(identity)) return
  try {
    process.kill(identity.pid, name)
  } catch {
    // It ended between the look and the signal.
  }
}

const pidsOnLinux = ({ session, mark, output, since, seen }: Ending): number[] => {
  const all = allProcesses()
  const known = new Map(seen().map(({ pid, start }) => [pid, start]))
  const found = new Set<number>()
  const add = (pid: number): void => {
    // A daemon of ours that a run's `git exp add` started is nobody's child.
    if (pid !== process.pid && !found.has(pid) && !hasVariable(pid, DAEMON_MARK)) found.add(pid)
  }
  // To ask each process of the machine for its environment takes longer than all else.
  const isOurs = ({ pid, session: own, start }: ProcessRow): boolean =>
    (since === null || Number(start) >= Number(since)) &&
    (own === session ||
      known.get(pid) === start ||
      hasVariable(pid, mark) ||
      (output !== null && (outputOf(pid, 1) === output || outputOf(pid, 2) === output)))
  for (const row of all) if (isOurs(row)) add(row.pid)
  for (let before = -1; before < found.size; ) {
    before = found.size
    for (const { pid, parent } of all) if (found.has(parent)) add(pid)
  }
  return [...found]
}
