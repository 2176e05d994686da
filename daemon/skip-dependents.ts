import type { State } from '../lib/experiment.ts'
import { readTicket, spooled } from '../lib/spool.ts'
import { QUEUES, type Ticket } from '../lib/ticket.ts'
import type { Daemon } from './daemon.ts'
import { note } from './events.ts'
import type { RecordRow } from './records.ts'
import { writeEnd } from './run-records.ts'
import { endedWithoutRun } from './without-run.ts'

/** Skips what comes after something that did not succeed, and what comes after that in turn. */
export const skipDependents = (daemon: Daemon): void => {
  for (;;) {
    const shut = daemon.records.shut()
    if (shut.length === 0) return
    daemon.queue.atomically(() => {
      for (const row of shut)
        skip(daemon, row, `after “${row.after}”, which ${ENDED[row.afterState]}`)
    })
  }
}

/**
 * Before an experiment is removed: who waits for its success can start no more, others forget it.
 * Gives back the ids of both.
 */
export const partFromDependents = (daemon: Daemon, removed: RecordRow): string[] => {
  const dependents = daemon.records.dependents(removed.number)
  for (const dependent of dependents) {
    const isWaiting = dependent.state === 'queued' || dependent.state === 'held'
    if (isWaiting && dependent.must === 'succeed' && dependent.gate !== 'open') {
      skip(daemon, dependent, `after “${removed.name}”, which was removed`)
    }
  }
  return dependents.map(({ id }) => id)
}

/** Skips one that comes after an experiment which is not there. */
export const skipIfOrphaned = (daemon: Daemon, ticket: Pick<Ticket, 'after'>, id: string): void => {
  const row = daemon.records.find(id)
  const named = new Set(ticket.after.map((one) => one.id))
  if (row === null || named.size === daemon.records.dependencies(id).length) return
  skip(daemon, row, 'after an experiment that is not there')
}

/** Whether something that a ticket's experiments come after still lies in the spool. */
export const comesTooSoon = ({ places, records }: Daemon, ticket: Ticket): boolean => {
  const unknown = new Set(
    ticket.after.map(({ id }) => id).filter((id) => records.find(id) === null),
  )
  if (unknown.size === 0) return false
  return spooled(places).some((file) => {
    const read = readTicket(places, file)
    if (read === null || 'problem' in read || read.ticket === ticket.ticket) return false
    return QUEUES.has(read.verb) && read.items.some(({ id }) => unknown.has(id))
  })
}

const ENDED: Record<State['is'], string> = {
  queued: 'is queued',
  held: 'is held',
  running: 'runs',
  succeeded: 'succeeded',
  failed: 'failed',
  stopped: 'was stopped',
  'timed-out': 'timed out',
  lost: 'was lost',
  refused: 'was refused',
  skipped: 'was skipped',
}

const skip = (
  daemon: Daemon,
  { number, id, attempt }: { number: number; id: string; attempt: number },
  text: string,
): void => {
  const now = daemon.clock()
  if (!daemon.records.skip(number, text, now)) return
  note('skip', { id, reason: text })
  const reason = { code: 'dependency', text } as const
  writeEnd(daemon.places, id, {
    ...endedWithoutRun(null, now, null),
    state: 'skipped',
    reason,
    attempt,
  })
}
