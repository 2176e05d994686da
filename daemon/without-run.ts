import type { Reason } from '../lib/experiment.ts'
import { stopText } from './end-of-run.ts'
import type { Finish } from './queue.ts'

/** The end of an experiment that was refused, or stopped before it started. */
export const endedWithoutRun = (
  refused: Reason | null,
  endedAt: number,
  stoppedBy: string | null,
): Finish => ({
  state: refused === null ? 'stopped' : 'refused',
  reason: refused ?? { code: 'user', text: `${stopText(stoppedBy)} before it started` },
  startedAt: null,
  endedAt,
  exitCode: null,
  signal: null,
  result: null,
  metrics: '{}',
  kept: [],
  workplace: null,
  usage: null,
})
