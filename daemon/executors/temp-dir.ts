import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Brought, readCommandFile } from '../../lib/command-file.ts'
import { UserError } from '../../lib/errors.ts'
import { GitError } from '../../lib/git.ts'
import { closeLayers, upperOf } from '../../lib/overlay/layers.ts'
import { attemptFolder } from '../../lib/places.ts'
import type { Daemon } from '../daemon.ts'
import { isDiskFull } from '../disk-full.ts'
import type { Job } from '../job.ts'
import { keepWorkplace } from '../keep-workplace.ts'
import { OVERLAY } from '../overlay/images.ts'
import { readLaid } from '../overlay/laid.ts'
import { layOverlay, overlayPart } from '../overlay/lay.ts'
import { slotsInUse } from '../slots-in-use.ts'
import { materialize } from '../workplace/materialize.ts'
import { trimPools } from '../workplace/pool.ts'
import { ensureWorkplace, type Slot, slotOf } from '../workplace/slot.ts'
import type { Executor, Prepared } from './executor.ts'

/** Runs in a slot of the repository's pool, which holds, or shows, nothing but the snapshot. */
export const tempDir = (daemon: Daemon, job: Job): Executor => {
  const slot = slotOf(daemon.workplaces, job.commonDir, job.worktree, job.slot)
  const { workplace, gitDir, index } = slot
  const isOverlay = (): boolean =>
    readCommandFile(attemptFolder(daemon.places, job.id, job.attempt))?.layers !== undefined
  return {
    workplace,
    materialize: () =>
      prepare(daemon, slot, job).catch(async (error: unknown) => {
        if (!isDiskFull(error)) throw error
        // What other slots hold can be had again; a run is worth more.
        await trimPools(daemon.workplaces, { slots: 0 }, slotsInUse(daemon))
        return prepare(daemon, slot, job)
      }),
    site: () => {
      if (!isOverlay()) {
        ensureWorkplace(slot)
        return { workplace, files: workplace, gitDir, index, usersSince: null, slot, laid: null }
      }
      const part = overlayPart(slot)
      const laid = readLaid(part.folder)
      if (laid === null || !existsSync(upperOf(laid.layers))) return null
      const own = { gitDir: part.gitDir, index: part.index }
      return { workplace, files: upperOf(laid.layers), ...own, usersSince: null, slot: null, laid }
    },
    putBack: async () => {
      const laid = readLaid(overlayPart(slot).folder)
      if (laid !== null) closeLayers(laid.layers)
      return []
    },
    keep: () => {
      const kept = keepWorkplace(slot, job)
      return isOverlay() ? join(kept.folder, OVERLAY, 'upper') : kept.workplace
    },
  }
}

const prepare = async (daemon: Daemon, slot: Slot, job: Job): Promise<Prepared> => {
  const signal = daemon.runs.signal(job.id)
  if (daemon.config.isolation === 'checkout') return inSlot(slot, job, signal)
  const problem = await daemon.overlayProblem()
  const laid =
    problem === null
      ? await layOverlay(slot, job, () => slotsInUse(daemon), signal).catch((error: unknown) => {
          if (signal.aborted || !isOfOneSlot(error)) throw error
          return { why: error.message }
        })
      : { why: problem }
  if (!('why' in laid)) return laid
  return inSlot(slot, job, signal, [`it has a checkout and no overlay: ${laid.why}`])
}

/** What a checkout in a slot made anew has a way around, and what says best itself what is wrong. */
const isOfOneSlot = (error: unknown): error is Error =>
  !isDiskFull(error) &&
  (error instanceof GitError ||
    error instanceof UserError ||
    (error instanceof Error && 'code' in error))

const inSlot = async (
  slot: Slot,
  job: Job,
  signal: AbortSignal,
  notes: Brought['notes'] = [],
): Promise<Prepared> => {
  const { brought } = await materialize(slot, job, signal)
  return { brought: { ...brought, notes: [...notes, ...brought.notes] }, layers: null }
}
