import type { Finish } from './queue.ts'
import type { Outcome } from './supervision.ts'

/** How a run that did begin ended, before its files are looked at. */
export type End = Pick<
  Finish,
  'state' | 'reason' | 'startedAt' | 'endedAt' | 'exitCode' | 'signal' | 'usage'
>

/** What 137 stands for in a shell whose own child was killed. */
const KILLED = 137

/** Reads a supervisor's outcome: the state, and in words why. `stoppedBy` is who asked for a stop. */
export const endOf = (
  outcome: Exclude<Outcome, { is: 'not-started' }>,
  stoppedBy: string | null,
): End => {
  const { endedAt } = outcome
  if ('text' in outcome) {
    const reason = { code: outcome.is, text: outcome.text }
    const facts = { startedAt: null, endedAt, exitCode: null, signal: null, usage: null }
    return { state: 'refused', reason, ...facts }
  }
  const { exitCode, signal, usage } = outcome
  const startedAt = outcome.phase === 'setup' ? null : outcome.startedAt
  const facts = { startedAt, endedAt, exitCode, signal, usage }
  switch (outcome.is) {
    case 'stopped':
      return { state: 'stopped', reason: { code: 'user', text: stopText(stoppedBy) }, ...facts }
    case 'timed-out':
      return {
        state: 'timed-out',
        reason: { code: 'timeout', text: 'the time was over' },
        ...facts,
      }
    case 'exited':
      if (exitCode === 0 && outcome.phase === 'running') {
        return { state: 'succeeded', reason: null, ...facts }
      }
      return { state: 'failed', reason: failure(outcome), ...facts }
  }
}

/** Who ended a run, in words. */
export const stopText = (stoppedBy: string | null): string =>
  `stopped by ${stoppedBy ?? 'the user'}`

const failure = ({
  phase,
  exitCode,
  signal,
  isOutOfMemory,
}: Extract<Outcome, { is: 'exited' | 'stopped' | 'timed-out' }>): NonNullable<Finish['reason']> => {
  const during = phase === 'setup' ? 'setup ' : ''
  if (isOutOfMemory && (signal === 'SIGKILL' || exitCode === KILLED)) {
    return { code: 'oom', text: `${during}was killed, as memory ran out` }
  }
  if (signal === null) return { code: 'exit', text: `${during}exited with ${exitCode}` }
  return { code: 'signal', text: `${during}was ended by ${signal}` }
}
