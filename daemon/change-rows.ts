import { STOPPERS, type Ticket } from '../lib/ticket.ts'
import type { Daemon } from './daemon.ts'
import { note } from './events.ts'
import { keepMarks } from './keep-marks.ts'
import { writeEnd } from './run-records.ts'
import { endedWithoutRun } from './without-run.ts'

/** Does what a verb asks that changes rows alone; part of a scan's transaction. */
export const changeRows = (daemon: Daemon, ticket: Ticket): void => {
  for (const { id } of ticket.items) {
    note(ticket.verb, { id })
    changeRow(daemon, ticket, id)
    if (ticket.verb !== 'stop') keepMarks(daemon, id)
  }
}

const changeRow = (daemon: Daemon, ticket: Ticket, id: string): void => {
  const { records, queue, runs } = daemon
  const value = ticket.value ?? ''
  switch (ticket.verb) {
    case 'stop': {
      const by = STOPPERS.find((one) => one === value) ?? STOPPERS[0]
      const end = endedWithoutRun(null, daemon.clock(), by)
      const outcome = queue.stop(id, end, by)
      if (outcome === 'is-running') runs.stop(id)
      if (outcome === 'was-waiting') {
        writeEnd(daemon.places, id, { ...end, attempt: records.find(id)?.attempt ?? 0 })
      }
      return
    }
    case 'hold':
      records.hold(id)
      if (records.pause(id, daemon.clock())) runs.pause(id)
      return
    case 'release':
      records.release(id)
      if (records.pause(id, null)) runs.resume(id)
      return
    case 'priority':
      records.setPriority(id, ticket.priority)
      return
    case 'star':
      records.star(id, value !== 'off')
      return
    case 'note':
      records.note(id, value)
      return
    case 'tag': {
      const tags = new Set(JSON.parse(records.find(id)?.tags ?? '[]') as string[])
      if (value.startsWith('-')) tags.delete(value.slice(1))
      else tags.add(value.replace(/^\+/, ''))
      records.tag(id, [...tags].toSorted())
      return
    }
  }
}
