import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { UserError } from '../lib/errors.ts'
import { attemptFolder } from '../lib/places.ts'
import { changeRefs, failureRef, moveRefs } from '../lib/refs.ts'
import type { Ticket } from '../lib/ticket.ts'
import { undoRefsBefore } from '../lib/workspace/undo-refs.ts'
import type { Daemon } from './daemon.ts'
import { note } from './events.ts'
import { removeKeptWorkplace } from './keep-workplace.ts'
import type { RecordRow } from './records.ts'
import { readEnd, writeEnd } from './run-records.ts'
import { dropFiles, removeUnowned } from './trim-store.ts'

/**
 * Frees what experiments hold besides their records: files in the store, what failed attempts left,
 * kept workplaces. With a time in `value` also the saved workspaces from before it. Whatever has
 * become queued, running, starred or waited for since it was chosen is passed over.
 */
export const free = async (daemon: Daemon, ticket: Ticket): Promise<void> => {
  for (const { id } of ticket.items) {
    await daemon.oneAtATime.run(id, async () => {
      const row = daemon.records.find(id)
      if (row === null || !isFreeable(daemon, row)) return
      note('free', { id, name: row.name })
      await freeOne(daemon, row)
    })
  }
  if (ticket.value === undefined) return
  const before = Number(ticket.value)
  if (!Number.isSafeInteger(before)) throw new UserError('refused-by-daemon', 'it names no time')
  const old = await undoRefsBefore(ticket.repository, before)
  await changeRefs(
    ticket.repository,
    old.map(({ ref, oid }) => ({ to: 'delete', ref, oid })),
  )
  // What a run that is being collected has just stored has no owner yet.
  if (daemon.runs.size === 0) removeUnowned(daemon, 0)
}

const isFreeable = ({ records }: Daemon, row: RecordRow): boolean =>
  !['queued', 'held', 'running'].includes(row.state) &&
  row.starred === 0 &&
  !records.dependents(row.number).some(({ state }) => ['queued', 'held', 'running'].includes(state))

const freeOne = async (daemon: Daemon, row: RecordRow): Promise<void> => {
  const { places, records, queue } = daemon
  const { id, baseline, name, attempt } = row
  await moveRefs(
    row.commonDir,
    Array.from({ length: attempt }, (_, i) => ({
      from: failureRef(baseline, name, i + 1),
      to: null,
    })),
  )
  removeKeptWorkplace(id, row.workplace)
  for (const folder of attemptsOf(places.runs, id)) {
    rmSync(join(attemptFolder(places, id, Number(folder)), 'outputs'), {
      recursive: true,
      force: true,
    })
  }
  const keeper = queue.kept().find((one) => one.id === id)
  if (keeper !== undefined) {
    const kept = keeper.kept.map((file) => ({ ...file, dropped: true as const }))
    dropFiles(daemon, { ...keeper, kept }, 'no longer kept since git exp gc')
  }
  if (row.workplace === null) return
  records.forgetWorkplace(id)
  const end = readEnd(places, id)
  if (end !== null) writeEnd(places, id, { ...end, workplace: null })
}

const attemptsOf = (runs: string, id: string): string[] => {
  try {
    return readdirSync(join(runs, id)).filter((entry) => /^\d+$/.test(entry))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
