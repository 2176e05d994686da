import type { Brought } from '../../lib/command-file.ts'
import type { Layers } from '../../lib/overlay/layers.ts'
import type { Laid } from '../overlay/laid.ts'
import type { Slot } from '../workplace/slot.ts'

/** The folder that is looked at for what a run left, and how Git is to look at it. */
export interface Site {
  workplace: string
  /** Where files that the run made or changed lie: in the workplace, or in the layer above an image. */
  files: string
  gitDir: string
  /** Only ever copied. */
  index: string
  /**
   * Null for a folder of ours. In the user's own what changed since then, in milliseconds, is taken
   * for the run's; files are copied from there, and no mode is changed.
   */
  usersSince: number | null
  /** The slot, where the folder is one of ours. */
  slot: Slot | null
  /** What was laid for the run, where the workplace is an overlay. */
  laid: Laid | null
}

/** A workplace that is ready. */
export interface Prepared {
  brought: Brought
  /** Null where its files lie in it. */
  layers: Layers | null
}

/**
 * One way to run an experiment: where. All else, from the claim to the recorded outcome, is the same
 * for all; each function may be called again by the next daemon.
 */
export interface Executor {
  /** The folder that stands for the snapshot's root. */
  workplace: string
  /** Makes it hold exactly the snapshot. Throws `UserError` when it cannot be run there. */
  materialize: () => Promise<Prepared>
  /** Null when what was to be looked at is gone. */
  site: () => Site | null
  /** Leaves to others what is theirs, before the outcome is recorded; sentences for the log. */
  putBack: (what: 'it ran' | 'nothing ran') => Promise<string[]>
  /** Keeps the workplace from the next run, and gives back its path, if there is such a thing. */
  keep: () => string | null
}
