import { parseCommit, readObjects } from '../lib/cat-file.ts'
import { trailerFacts } from '../lib/elsewhere/foreign-results.ts'
import { readValues } from '../lib/elsewhere/result-files.ts'
import { printPlain } from '../lib/params/plain-json.ts'
import { resultRef } from '../lib/refs.ts'
import { parseTrailers } from '../lib/trailers.ts'
import type { Daemon } from './daemon.ts'
import type { Arrival } from './queue.ts'
import { appendNumbers, type End, writeEnd } from './run-records.ts'

/**
 * How each pulled experiment ended elsewhere: as its result says, where one of its name and id is
 * here; null for one that is to be run. Its attempts keep their numbers, and have no logs here.
 */
export const readPulledEnds = async (
  commonDir: string,
  arrivals: Arrival[],
): Promise<(End | null)[]> => {
  const objects = await readObjects(
    commonDir,
    arrivals.map(({ facts, name }) => resultRef(facts.baseline, name)),
  )
  const results = objects.map((object, i) => {
    if (object?.type !== 'commit') return null
    const { message, committedMs } = parseCommit(object.content)
    const told = trailerFacts(message)
    return told.experiment === arrivals[i]?.facts.id
      ? { ...told, attempt: attemptOf(message), oid: object.oid, endedAt: committedMs }
      : null
  })
  const metrics = await readValues(
    commonDir,
    results.map((one) => one?.oid ?? ''),
    (i) => (results[i] === null ? [] : (arrivals[i]?.spec.metrics ?? [])),
  )
  return results.map((one, i) =>
    one === null
      ? null
      : {
          attempt: one.attempt,
          state: 'succeeded',
          reason: null,
          startedAt: one.durationSeconds === null ? null : one.endedAt - one.durationSeconds * 1000,
          endedAt: one.endedAt,
          exitCode: 0,
          signal: null,
          result: one.oid,
          metrics: printPlain(metrics[i] ?? {}),
          kept: one.kept,
          workplace: null,
          usage: null,
        },
  )
}

/** What was saved and never ran has none. */
const attemptOf = (message: string): number => {
  const attempt = parseTrailers(message).get('Exp-Attempt')?.[0]
  return typeof attempt === 'number' && Number.isInteger(attempt) && attempt > 0 ? attempt : 0
}

/**
 * Adds them: what ended elsewhere with its end, the rest held, as nobody here asked for a run. With
 * `isFollowed` what a cluster has is looked at there.
 */
export const addPulled = (
  daemon: Daemon,
  arrivals: Arrival[],
  ends: (End | null)[],
  isFollowed: boolean,
): void => {
  for (const [i, arrival] of arrivals.entries()) {
    const { id } = arrival.facts
    const isOnCluster = isFollowed && arrival.facts.executor === 'celery'
    const number = daemon.queue.add({ ...arrival, isHeld: !isOnCluster })
    appendNumbers(daemon.places, [{ number, id }])
    if (isOnCluster) {
      daemon.cluster.rows.follow(id, daemon.clock())
      daemon.cluster.ask()
      continue
    }
    const end = ends[i] ?? null
    if (end === null) continue
    daemon.records.restoreEnd(number, end)
    writeEnd(daemon.places, id, end)
  }
}
