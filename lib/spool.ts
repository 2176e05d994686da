import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { join } from 'node:path'
import { UserError } from './errors.ts'
import { writeSynced } from './files.ts'
import type { Places } from './places.ts'
import { MAX_TICKET_BYTES, parseTicket, printTicket, type Ticket } from './ticket.ts'

/**
 * Puts a ticket where the daemon finds it, maildir's way: whole and on the disk before it has its
 * place in `new`. The name begins with the time, which keeps the order of what was typed.
 */
export const putTicket = (places: Places, ticket: Ticket, nowMs: number): void =>
  putTicketAs(places, `${nowMs}-${ticket.ticket}`, ticket)

/** The same for a file's name in `new`, in the place of one that is there already. */
export const putTicketAs = (places: Places, name: string, ticket: Ticket): void => {
  const text = printTicket(ticket)
  const draft = join(places.spool.tmp, name)
  try {
    if (Buffer.byteLength(text) > MAX_TICKET_BYTES) {
      throw new UserError('too-large', 'this is too much for one ticket', 'queue it in parts')
    }
    writeSynced(draft, text)
    renameSync(draft, join(places.spool.new, name))
  } catch (error) {
    rmSync(draft, { force: true })
    throw spoolError(places, error)
  }
}

/** The files that wait in the spool, oldest first. */
export const spooled = (places: Places): string[] => listIfThere(places.spool.new)

/** The ids of all experiments that a ticket names, be it waiting or set aside. */
export const namedInSpool = ({ spool }: Places): Set<string> => namedIn([spool.new, spool.bad])

/** The ids of the experiments that are still to be taken in. */
export const waitingInSpool = ({ spool }: Places): Set<string> => namedIn([spool.new])

const namedIn = (folders: string[]): Set<string> => {
  const ids = new Set<string>()
  for (const folder of folders) {
    for (const name of listIfThere(folder)) {
      const read = readTicketFile(join(folder, name))
      if (read === null || 'problem' in read) continue
      for (const { id } of read.items) ids.add(id)
    }
  }
  return ids
}

/**
 * Reads one spooled file, which may be anything: only a regular file of this user, with one name
 * and of a ticket's size, is looked into. Null when it is gone.
 */
export const readTicket = (places: Places, name: string): Ticket | { problem: string } | null =>
  readTicketFile(join(places.spool.new, name))

const readTicketFile = (file: string): Ticket | { problem: string } | null => {
  let fd: number
  try {
    fd = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return null
    return { problem: code === 'ELOOP' ? 'it is a symbolic link' : `it cannot be read (${code})` }
  }
  try {
    const stat = fstatSync(fd)
    if (!stat.isFile()) return { problem: 'it is not a regular file' }
    if (stat.uid !== (process.getuid?.() ?? stat.uid)) return { problem: 'it is of another user' }
    if (stat.nlink !== 1) return { problem: 'it has more than one name' }
    if (stat.size > MAX_TICKET_BYTES) return { problem: 'it is larger than 4 MiB' }
    return parseTicket(readFileSync(fd, 'utf8'))
  } finally {
    closeSync(fd)
  }
}

const listIfThere = (folder: string): string[] => {
  try {
    return readdirSync(folder).sort()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

const spoolError = (places: Places, error: unknown): unknown => {
  const { code, message } = error as NodeJS.ErrnoException
  if (error instanceof UserError || code === undefined) return error
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new UserError(
      'disk',
      `the disk of ${places.home} is full: nothing was queued`,
      'make room',
    )
  }
  return new UserError('state-folder', `the spool cannot be written: ${message}`, 'git exp doctor')
}
