import { setTimeout as wait } from 'node:timers/promises'
import { Bell } from './bell.ts'
import { UserError } from './errors.ts'
import { type Experiment, isEnded } from './experiment.ts'
import { type History, openHistory } from './history.ts'
import type { Places } from './places.ts'
import { waitingInSpool } from './spool.ts'
import { daemonsLastWords, ensureDaemon } from './start-daemon.ts'
import { watchQueue } from './watch-queue.ts'

/** So often the queue is looked at where nothing tells of its changes, and a log that grows. */
const LOOK_MS = 100
/** So often all is looked at anew: also whether the daemon lives, and whether what is unknown still waits. */
const CHECK_MS = 2000
/** What is told of as written is seen once it is on the disk: so long after, and `LOOK_MS` after that. */
const SETTLE_MS = 5
const LOOKS_AT_NEWS = 2
/** A look over thousands takes a while; no more than a tenth of the time goes into it. */
const REST_FACTOR = 9

/** An experiment as it is now; null where the queue does not know it. */
export type Followed = Experiment | null

/**
 * Waits until every one of these experiments has ended, calling `onLook` with their newest state at
 * each change, and every 100 ms where `isGrowing`: for their logs. A daemon that went away meanwhile
 * is started again: nothing ends without one. Null stands for one that was refused when its ticket
 * came in, or was removed: it never ends.
 */
export const followExperiments = async (
  places: Places,
  ids: string[],
  onLook: (experiments: Followed[]) => void,
  { isGrowing = false } = {},
): Promise<Followed[]> => {
  const bell = new Bell()
  let looksLeft = LOOKS_AT_NEWS
  const unwatch = watchQueue(places, () => {
    looksLeft = LOOKS_AT_NEWS
    bell.ring()
  })
  const unknown: Followed[] = ids.map(() => null)
  let now = unknown
  let history: History | null = null
  let checkedAt = Number.NEGATIVE_INFINITY
  let failedStarts = 0
  try {
    for (;;) {
      const began = performance.now()
      const isFirst = checkedAt === Number.NEGATIVE_INFINITY
      const isCheck = began - checkedAt >= CHECK_MS
      // Before the history: a ticket leaves the spool only after its rows are there.
      const waiting = isCheck && !isFirst ? waitingInSpool(places) : null
      const isOver = (one: Followed, i: number): boolean =>
        one === null ? waiting?.has(ids[i] ?? '') === false : isEnded(one.state)
      if (isCheck || looksLeft > 0 || unwatch === null) {
        looksLeft--
        // A rebuilt queue is another file.
        if (isCheck) history?.close()
        if (isCheck || history === null) history = openHistory(places)
        now = read(history, ids, isCheck ? unknown : now)
        // One that had ended may have been retried meanwhile.
        if (!isCheck && now.every(isOver)) now = read(history, ids, unknown)
      }
      // Without what is printed then, which may be a gigabyte of log.
      const tookMs = performance.now() - began
      onLook(now)
      if (now.every(isOver)) return now
      if (isCheck) {
        checkedAt = began
        if ((await ensureDaemon(places)) !== 'up' && ++failedStarts === 3) throw notUp(places)
      }
      const isSoon = isGrowing || looksLeft > 0 || unwatch === null
      await bell.wait(isSoon ? LOOK_MS : CHECK_MS)
      // The first look loads what it looks with.
      await wait(isFirst ? SETTLE_MS : Math.max(SETTLE_MS, REST_FACTOR * tookMs))
    }
  } finally {
    unwatch?.()
    history?.close()
  }
}

/** Reads those anew that have not ended as they were known. */
const read = (history: History | null, ids: string[], known: Followed[]): Followed[] =>
  ids.map((id, i) => {
    const last = known[i] ?? null
    return last !== null && isEnded(last.state) ? last : (history?.byId(id) ?? null)
  })

const notUp = (places: Places): UserError =>
  new UserError(
    'daemon',
    `the daemon does not come up: ${daemonsLastWords(places)}`,
    'git exp doctor',
  )
