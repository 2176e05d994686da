import type { Ticket } from '../lib/ticket.ts'
import type { Daemon } from './daemon.ts'
import { note } from './events.ts'
import { type End, writeEnd, writeMarks } from './run-records.ts'

/** Does what a verb asks that changes rows alone; part of a scan's transaction. */
export const changeRows = (daemon: Daemon, ticket: Ticket): void => {
  for (const { id } of ticket.items) {
    note(ticket.verb, { id })
    changeRow(daemon, ticket, id)
    const row = daemon.records.find(id)
    if (row === null || ticket.verb === 'stop') continue
    writeMarks(daemon.places, id, {
      isHeld: row.state === 'held',
      starred: row.starred === 1,
      tags: JSON.parse(row.tags) as string[],
      note: row.note,
    })
  }
}

const changeRow = (daemon: Daemon, ticket: Ticket, id: string): void => {
  const { records, queue, runs } = daemon
  const value = ticket.value ?? ''
  switch (ticket.verb) {
    case 'stop': {
      const outcome = queue.stop(id, daemon.clock())
      if (outcome === 'is-running') runs.stop(id)
      if (outcome === 'was-waiting') writeEnd(daemon.places, id, neverStarted(daemon, id))
      return
    }
    case 'hold':
      records.hold(id)
      return
    case 'release':
      records.release(id)
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

const neverStarted = (daemon: Daemon, id: string): End => ({
  state: 'stopped',
  reason: { code: 'user', text: 'stopped before it started' },
  startedAt: null,
  endedAt: daemon.clock(),
  exitCode: null,
  signal: null,
  result: null,
  metrics: '{}',
  kept: [],
  workplace: null,
  attempt: daemon.records.find(id)?.attempt ?? 0,
})
