import { randomUUID } from 'node:crypto'
import { join, matchesGlob } from 'node:path'
import { readObjects } from '../lib/cat-file.ts'
import { UserError } from '../lib/errors.ts'
import type { Experiment } from '../lib/experiment.ts'
import { gitList } from '../lib/git.ts'
import { MAX_METRICS_BYTES } from '../lib/metrics.ts'
import { printPlain } from '../lib/params/plain-json.ts'
import { readParams } from '../lib/params/read.ts'
import { isGlob } from '../lib/spec/repository-path.ts'
import type { Ticket } from '../lib/ticket.ts'
import { uuidTime } from '../lib/uuid.ts'
import type { Daemon } from './daemon.ts'
import { note } from './events.ts'
import { publish } from './publish.ts'
import type { Arrival, Finish } from './queue.ts'
import { readArrivals } from './read-arrivals.ts'
import { appendNumbers, type End, writeEnd } from './run-records.ts'
import { wholeTree } from './whole-tree.ts'
import { endedWithoutRun } from './without-run.ts'
import { treesOf } from './workplace/trees.ts'

/** A saved workspace whose result has its ref. */
export interface SavedWorkspace {
  arrival: Arrival
  end: End
}

/**
 * Makes a result of each saved workspace, as it was captured and without a run: attempt 0. A ticket
 * that comes twice finds its results. Throws `UserError` with what is wrong with it.
 */
export const publishSaved = async (daemon: Daemon, ticket: Ticket): Promise<SavedWorkspace[]> => {
  const saved: SavedWorkspace[] = []
  for (const arrival of await readArrivals(daemon, ticket)) {
    const { commonDir, snapshot, facts, name } = arrival
    const index = join(daemon.places.scratch, randomUUID())
    const trees = await treesOf(commonDir, snapshot)
    const tree = await wholeTree({ gitDir: commonDir, index }, trees)
    const metrics = printPlain(await metricsIn(commonDir, tree, arrival.spec.metrics))
    const endedAt = uuidTime(facts.id)
    const published = await publish(
      daemon.places.scratch,
      { id: facts.id, name, baseline: facts.baseline, snapshot, commonDir, attempt: 0 },
      { tree, metrics, kept: [], notes: [] },
      { isSuccess: true, endedAt, exitCode: null, signal: null, durationSeconds: null },
    )
    saved.push({
      arrival: { ...arrival, name: published.name },
      end: { ...ended(endedAt), result: published.result, metrics, attempt: 0 },
    })
  }
  return saved
}

/** Adds their rows: they have ended before they are there. */
export const addSaved = ({ queue, records, places }: Daemon, saved: SavedWorkspace[]): void => {
  for (const { arrival, end } of saved) {
    const { id } = arrival.facts
    note('save', { name: arrival.name, id })
    const number = queue.add(arrival)
    appendNumbers(places, [{ number, id }])
    writeEnd(places, id, end)
    records.restoreEnd(number, end)
  }
}

const ended = (endedAt: number): Finish => ({
  ...endedWithoutRun(null, endedAt, null),
  state: 'succeeded',
  reason: null,
})

/** The metrics files of a tree; what cannot be read is left out, as of a run. */
const metricsIn = async (
  commonDir: string,
  tree: string,
  entries: string[],
): Promise<Experiment['metrics']> => {
  const place = { gitDir: commonDir }
  const listed = await gitList(['ls-tree', '-r', '-z', '--name-only', '--full-tree', tree], {
    place,
  })
  const paths = listed.map((path) => Buffer.from(path, 'latin1').toString())
  const there = new Set(paths)
  const files = entries.flatMap((entry) =>
    there.has(entry) || !isGlob(entry)
      ? [entry].filter((path) => there.has(path))
      : paths.filter((path) => matchesGlob(path, entry)).toSorted(),
  )
  const objects = await readObjects(
    commonDir,
    files.map((path) => `${tree}:${path}`),
  )
  const metrics: Experiment['metrics'] = {}
  for (const [i, file] of files.entries()) {
    const object = objects[i]
    if (object?.type !== 'blob' || object.content.length > MAX_METRICS_BYTES) continue
    try {
      metrics[file] = await readParams(file, object.content.toString())
    } catch (error) {
      if (!(error instanceof UserError)) throw error
    }
  }
  return metrics
}
