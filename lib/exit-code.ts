import { constants } from 'node:os'
import { EXIT } from './errors.ts'
import type { State } from './experiment.ts'

/** The exit code that `run` and `wait NAME` give for how an experiment ended. */
export const exitCodeOf = (state: State): number => {
  switch (state.is) {
    case 'succeeded':
      return 0
    case 'failed':
      return state.exitCode ?? 128 + signalNumber(state.signal)
    case 'timed-out':
      return 124
    case 'stopped':
      return 143
    default:
      return EXIT.noOutcome
  }
}

const signalNumber = (name: string | null): number =>
  constants.signals[(name ?? 'SIGTERM') as NodeJS.Signals] ?? 15
