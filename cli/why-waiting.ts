import type { Experiment } from '../lib/experiment.ts'
import type { History } from '../lib/history.ts'
import type { Places } from '../lib/places.ts'
import { findDaemon } from '../lib/start-daemon.ts'

/** Why an experiment does not run yet, in a few words, or null if it does not wait. */
export const whyWaiting = (
  places: Places,
  history: History | null,
  experiment: Experiment,
): string | null => {
  const { state } = experiment
  if (state.is === 'held') return 'is held'
  if (state.is !== 'queued') return null
  if (findDaemon(places) === null) return 'waits: no daemon is running (git exp daemon start)'
  if (experiment.number === null) return 'is about to be taken in'
  const holder = experiment.executor === 'in-place' && runsInPlaceIn(history, experiment.worktree)
  if (holder) return `waits: ${holder.name} runs in its workspace`
  const load = history?.load() ?? { running: 0, queued: 0 }
  const jobs = history?.daemon()?.jobs ?? 1
  const place = history?.placeInQueue(experiment.number) ?? 1
  if (load.running < jobs && place === 1) return 'is about to start'
  return `waits: ${load.running} of ${jobs} may run at once, ${place - 1} before it`
}

const runsInPlaceIn = (history: History | null, worktree: string | null): Experiment | undefined =>
  history?.running().find((one) => one.executor === 'in-place' && one.worktree === worktree)
