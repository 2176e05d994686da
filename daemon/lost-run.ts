import { join } from 'node:path'
import type { Clock } from '../lib/clock.ts'
import type { Reason } from '../lib/experiment.ts'
import { bootId } from '../lib/host.ts'
import { isAlive } from '../lib/process-identity.ts'
import type { End } from './end-of-run.ts'
import { endProcesses } from './end-processes.ts'
import { joinLog } from './run-log.ts'
import { readProgress } from './supervision.ts'

/**
 * The end of a run whose supervisor died without a word. What it left of the run is ended. Null when
 * it had not begun to start anything. `folder` is the attempt's.
 */
export const endOfLost = async (
  folder: string,
  id: string,
  graceMs: number,
  clock: Clock,
): Promise<End | null> => {
  const progress = readProgress(folder)
  if (progress === null || progress.phase === 'ready') return null
  const isSameBoot = progress.boot === bootId()
  if (isSameBoot) {
    const { command } = progress
    // The number of a leader that has ended may be another's by now; then the mark alone counts.
    const session = command !== null && isAlive(command) ? command.pid : -1
    const mark = `GIT_EXP_ID=${id}`
    const { output, start: since } = progress
    const ending = { session, mark, output, since, seen: () => [] }
    await endProcesses(ending, graceMs)
  }
  joinLog(join(folder, 'log'))
  const reason: Reason = isSameBoot
    ? { code: 'lost-supervisor', text: 'its supervisor was killed' }
    : { code: 'lost-reboot', text: 'the machine was restarted' }
  return {
    state: 'lost',
    reason,
    startedAt: progress.phase === 'running' ? progress.startedAt : null,
    endedAt: clock(),
    exitCode: null,
    signal: null,
    usage: null,
  }
}
