/** An experiment that `add` said it had queued. */
export interface Accepted {
  id: string
  name: string
  /** Whether `rm` said that it is gone; `maybe` where nobody heard its answer. */
  removed: 'no' | 'maybe' | 'yes'
}

/** What was asked for in a world and what came back: nothing of it is read from the queue. */
export class Ledger {
  readonly accepted: Accepted[] = []
  /** Names of adds that were killed: all of their experiments are there, or none. */
  readonly unheard = new Map<string, number>()
  /** Names of adds that said that they queued nothing. */
  readonly refused: string[] = []
  /** What harm was done since all was quiet. */
  harms = new Set<string>()
  /** How long a call of the command line takes here. */
  callMs = 300
  /** Answers that speak of a fault of ours. */
  readonly faults: string[] = []
}
