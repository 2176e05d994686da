import { DAEMON_MARK } from '../../lib/daemon-mark.ts'
import { type Ending, endProcesses } from '../end-processes.ts'

/** Git's environment while it writes to a slot, and that of the filters it starts: no daemon's. */
export const marked = (slotFolder: string): NodeJS.ProcessEnv => {
  const own = Object.entries(process.env).filter((pair) => pair.join('=') !== DAEMON_MARK)
  return { ...Object.fromEntries(own), [MARK]: slotFolder }
}

/** Ends what a killed daemon's git still writes to a slot; only our own git is marked so. */
export const endOrphans = async (slotFolder: string): Promise<void> => {
  await endProcesses(orphansOf(slotFolder), 0)
}

/** What tells them from all others. */
export const orphansOf = (slotFolder: string): Ending => ({
  session: -1,
  mark: `${MARK}=${slotFolder}`,
  output: null,
  since: null,
  seen: () => [],
})

const MARK = 'GIT_EXP_LAYS_OUT'
