import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { UserError } from '../lib/errors.ts'
import { listResults, moveRefs } from '../lib/refs.ts'
import type { Ticket } from '../lib/ticket.ts'
import type { Daemon } from './daemon.ts'
import { note } from './events.ts'
import { keepMarks } from './keep-marks.ts'
import { removeKeptWorkplace } from './keep-workplace.ts'
import type { RecordRow } from './records.ts'
import { refsOf } from './refs-of.ts'
import { partFromDependents } from './skip-dependents.ts'

/**
 * Removes experiments of one repository: the refs of all in one transaction, then their rows and
 * folders. What an earlier ticket removed is passed over. Throws `UserError` where one is running,
 * and then removes none; nothing that is not running is claimed while tickets are taken in.
 */
export const removeRecords = async (daemon: Daemon, ticket: Ticket): Promise<void> => {
  const rows = ticket.items
    .flatMap(({ id }) => daemon.records.find(id) ?? [])
    .filter(({ commonDir }) => commonDir === ticket.repository)
    .toSorted((a, b) => a.number - b.number)
  const running = rows.find(({ state }) => state === 'running')
  if (running !== undefined) {
    throw new UserError(
      'refused-by-daemon',
      `“${running.name}” is running: git exp stop ${running.name}`,
    )
  }
  const results = new Map<string, Awaited<ReturnType<typeof listResults>>>()
  const refs = new Set<string>()
  for (const row of rows) {
    const { baseline, commonDir, name } = row
    const listed = results.get(baseline) ?? (await listResults(commonDir, baseline))
    results.set(baseline, listed)
    for (const ref of refsOf(daemon, row, listed)) refs.add(ref(name))
  }
  await moveRefs(
    ticket.repository,
    [...refs].map((from) => ({ from, to: null })),
  )
  for (const row of rows) removeRow(daemon, row)
}

const removeRow = (daemon: Daemon, row: RecordRow): void => {
  note('remove', { id: row.id, name: row.name })
  removeKeptWorkplace(row.id, row.workplace)
  passTicketOn(daemon, row)
  daemon.queue.atomically(() => {
    const dependents = partFromDependents(daemon, row)
    daemon.records.remove(row.number)
    for (const id of dependents) keepMarks(daemon, id)
  })
  rmSync(join(daemon.places.runs, row.id), { recursive: true, force: true })
}

/** A sweep's one ticket lies with its first experiment; the others must not lose it. */
const passTicketOn = ({ places, records }: Daemon, row: RecordRow): void => {
  const ticket = join(places.runs, row.id, 'ticket')
  const heir = records.siblings(row.id).find((id) => id !== row.id)
  if (heir === undefined || !existsSync(ticket)) return
  mkdirSync(join(places.runs, heir), { recursive: true, mode: 0o700 })
  renameSync(ticket, join(places.runs, heir, 'ticket'))
}
