import { availableParallelism, totalmem } from 'node:os'
import type { Clock } from '../lib/clock.ts'
import type { Config } from '../lib/config.ts'
import { listGpus } from '../lib/list-gpus.ts'
import type { Machine } from '../lib/schedule.ts'
import { note } from './events.ts'

/** How long what was found of GPUs is believed. A driver may be loaded late, or go. */
const LOOK_AGAIN_MS = 10 * 60_000

/** What the machine has, known once it was looked at. */
export interface KnownMachine {
  /** Looks at it, if that was long ago, and says what there is. */
  look(): Promise<Machine>
}

/** How this machine is described; `onChange` is called with each description that is new. */
export const knowMachine = (
  config: Pick<Config, 'gpus' | 'slots'>,
  jobs: number,
  clock: Clock,
  onChange: (machine: Machine) => void,
): KnownMachine => {
  const { gpus, slots } = config
  let known: Machine = {
    jobs,
    gpus: gpus ?? [],
    slots,
    cpus: availableParallelism(),
    memoryBytes: memoryBytes(),
  }
  let lookedAt: number | null = null
  return {
    look: async () => {
      const now = clock()
      const isOld = lookedAt === null || Math.abs(now - lookedAt) >= LOOK_AGAIN_MS
      if (!isOld || (gpus !== null && lookedAt !== null)) return known
      const answer = gpus ?? (await listGpus())
      if ('problem' in answer) note('nvidia-smi', { problem: answer.problem })
      const found = 'problem' in answer ? known.gpus : answer
      if (lookedAt === null || String(found) !== String(known.gpus)) {
        known = { ...known, gpus: found }
        onChange(known)
      }
      lookedAt = now
      return known
    },
  }
}

/** Of a container with a limit that limit. */
const memoryBytes = (): number => {
  const limit = process.constrainedMemory()
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem()
}
