import { retryText } from '../lib/describe.ts'
import type { After, ClusterStanding, Experiment } from '../lib/experiment.ts'
import type { History } from '../lib/history.ts'
import type { Places } from '../lib/places.ts'
import { askedText, totalText } from '../lib/resource-text.ts'
import { type Decision, schedule } from '../lib/schedule.ts'
import { findDaemon } from '../lib/start-daemon.ts'

/** Says why an experiment does not run yet, in a few words; null if it does not wait. */
export type WhyWaiting = (experiment: Experiment) => string | null

/** Looks once at what waits and what runs, so that it can be said of thousands. */
export const whyWaiting = (places: Places, history: History | null): WhyWaiting => {
  const hasDaemon = findDaemon(places) !== null
  const decisions = decide(history)
  const ready = history?.ready() ?? []
  const standing = new Map(ready.map(({ number, first }, ahead) => [number, { first, ahead }]))
  const inPlace = (history?.running() ?? []).filter(({ executor }) => executor === 'in-place')
  const nowMs = Date.now()
  return ({ state, number, after, executor, worktree, cluster }) => {
    if (state.is === 'held') return 'is held'
    if (state.is !== 'queued') return null
    const open = after.filter(isOpen)
    if (open.length > 0) return `waits: after ${open.map(nameOf).join(', ')}`
    if (!hasDaemon) return 'waits: the daemon is not running (git exp daemon start)'
    if (number === null) return 'is about to be taken in'
    if (state.retryAt !== undefined && state.retryAt > nowMs) return retryText(state.retryAt)
    if (cluster !== undefined) return onItsWay(cluster)
    const holder = executor === 'in-place' && inPlace.find((one) => one.worktree === worktree)
    if (holder) return `waits: ${holder.name} runs in its workspace`
    const own = standing.get(number)
    const decision = own && decisions.get(own.first)
    if (decision === undefined) return 'is about to start'
    return reason(decision, own?.first === number, own?.ahead ?? 0)
  }
}

const onItsWay = ({ isSent, isStopping, problem }: ClusterStanding): string => {
  if (problem !== null) return isStopping ? `is being stopped, and ${problem}` : problem
  if (isStopping) return 'is being stopped'
  return isSent ? 'waits for a worker of the cluster' : 'is about to be sent to the cluster'
}

const decide = (history: History | null): Map<number, Decision> => {
  const machine = history?.daemon()?.machine ?? null
  if (history === null || machine === null) return new Map()
  const { waitingRoom } = history
  const all = schedule(waitingRoom.candidates(Date.now()), waitingRoom.holdings(), machine)
  return new Map(all.map((decision) => [decision.candidate.number, decision]))
}

/** Why the first of those that wait alike does, and what another of them has before it. */
const reason = ({ verdict }: Decision, isFirst: boolean, ahead: number): string => {
  const before = ahead === 0 ? '' : `, ${ahead} ahead of it`
  switch (verdict.is) {
    case 'start':
      return isFirst ? 'is about to start' : `waits: ${ahead} ahead of it`
    case 'full':
      return `waits: as many run as may at once${before}`
    case 'too-much':
      return `waits for ${askedText(verdict.lacks)}: this machine has ${totalText(verdict.lacks)}`
    case 'lacks':
      return verdict.behind === null
        ? `waits for ${askedText(verdict.lacks)}${isFirst ? '' : before}`
        : `waits for ${askedText(verdict.lacks)}: #${verdict.behind} comes first`
  }
}

/** Whether it still waits for that one; null stands for one that is queued like itself. */
const isOpen = ({ state }: After): boolean =>
  state === null || state === 'queued' || state === 'held' || state === 'running'

const nameOf = ({ name, id }: After): string => name ?? id.slice(0, 13)
