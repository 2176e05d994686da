import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { makePlaces, places } from '../../lib/places.ts'
import { namedInSpool, putTicket, readTicket, spooled } from '../../lib/spool.ts'
import { MAX_TICKET_BYTES, printTicket, type Ticket } from '../../lib/ticket.ts'
import { uuid7 } from '../../lib/uuid.ts'

const ticket: Ticket = {
  ticket: '01980000-0000-7000-8000-000000000001',
  verb: 'stop',
  repository: '/home/ann/project/.git',
  worktree: null,
  env: null,
  priority: 0,
  hold: false,
  after: [],
  keep: false,
  items: [],
}

const isRoot = process.getuid?.() === 0
const state = (folder: string) => makePlaces(places({ GIT_EXP_HOME: join(folder, 'state') }))

t.test('a ticket lies in the spool under the time and its id, for its user alone', async (t) => {
  const found = state(t.testdir())
  const umask = process.umask(0)
  t.teardown(() => process.umask(umask))
  putTicket(found, ticket, 1_767_323_045_678)
  const name = `1767323045678-${ticket.ticket}`
  t.strictSame(spooled(found), [name])
  const file = join(found.spool.new, name)
  t.equal(readFileSync(file, 'utf8'), printTicket(ticket))
  t.equal(statSync(file).mode & 0o777, 0o600)
  t.strictSame(readdirSync(found.spool.tmp), [])
  t.strictSame(readTicket(found, name), ticket)
})

t.test('what waits is listed in the order of its names', async (t) => {
  const found = state(t.testdir())
  for (const ms of [1_767_000_000_003, 1_767_000_000_001, 1_767_000_000_002]) {
    putTicket(found, ticket, ms)
  }
  t.strictSame(
    spooled(found).map((name) => name.slice(12, 13)),
    ['1', '2', '3'],
  )
  rmSync(found.spool.new, { recursive: true })
  t.strictSame(spooled(found), [])
})

t.test('what a ticket names is known, be it waiting or set aside', async (t) => {
  const found = state(t.testdir())
  const named = (id: string): Ticket => ({
    ...ticket,
    items: [{ oid: 'a'.repeat(40), id, name: 'x' }],
  })
  const [waiting, aside] = [uuid7(1), uuid7(2)]
  t.strictSame(namedInSpool(found), new Set())
  putTicket(found, named(waiting), 1)
  writeFileSync(join(found.spool.bad, 'one'), printTicket(named(aside)))
  writeFileSync(join(found.spool.bad, 'one.reason'), 'it names no experiment\n')
  writeFileSync(join(found.spool.bad, 'two'), 'garbage')
  t.strictSame(namedInSpool(found), new Set([waiting, aside]))
})

t.test('a ticket that is too large leaves nothing behind', async (t) => {
  const found = state(t.testdir())
  const item = { oid: 'a'.repeat(40), id: ticket.ticket, name: 'x'.repeat(100) }
  const items = Array.from({ length: Math.ceil(MAX_TICKET_BYTES / 179) }, () => item)
  t.throws(() => putTicket(found, { ...ticket, items }, 1), { code: 'too-large', hint: /in parts/ })
  t.strictSame(readdirSync(found.spool.tmp), [])
  t.strictSame(spooled(found), [])
  putTicket(found, { ...ticket, items: items.slice(0, -2) }, 1)
  t.match(readTicket(found, spooled(found)[0] ?? ''), { verb: 'stop' })
})

t.test('a spool that cannot be written is told in words', async (t) => {
  const found = state(t.testdir())
  rmSync(found.spool.new, { recursive: true })
  const error = { name: 'UserError', code: 'state-folder', message: /the spool cannot be written/ }
  t.throws(() => putTicket(found, ticket, 1), error)
  t.strictSame(readdirSync(found.spool.tmp), [])
  rmSync(found.spool.tmp, { recursive: true })
  t.throws(() => putTicket(found, ticket, 1), error)
})

t.test('only a regular file of this user with one name is looked into', async (t) => {
  const folder = t.testdir({ ticket: printTicket(ticket) })
  const found = state(folder)
  const inSpool = (name: string) => join(found.spool.new, name)
  const outside = join(folder, 'ticket')
  symlinkSync(outside, inSpool('symlink'))
  symlinkSync('nowhere', inSpool('dangling'))
  linkSync(outside, inSpool('linked'))
  mkdirSync(inSpool('folder'))
  execFileSync('mkfifo', [inSpool('fifo')])
  writeFileSync(inSpool('large'), printTicket(ticket))
  truncateSync(inSpool('large'), MAX_TICKET_BYTES + 1)
  writeFileSync(inSpool('empty'), '')
  writeFileSync(inSpool('closed'), printTicket(ticket))
  chmodSync(inSpool('closed'), 0o000)
  process.chdir(found.spool.new)
  const server = createServer().listen('socket')
  t.teardown(() => server.close())
  for (const [name, problem] of [
    ['symlink', 'it is a symbolic link'],
    ['dangling', 'it is a symbolic link'],
    ['linked', 'it has more than one name'],
    ['folder', 'it is not a regular file'],
    ['fifo', 'it is not a regular file'],
    ['large', 'it is larger than 4 MiB'],
    ['empty', 'it is cut off'],
    ['socket', 'it cannot be read (ENXIO)'],
    ...(isRoot ? [] : [['closed', 'it cannot be read (EACCES)'] as const]),
  ] as const) {
    t.strictSame(readTicket(found, name), { problem }, name)
  }
  t.equal(readTicket(found, 'gone'), null)
})

t.test('a file of another user is not read', { skip: isRoot && 'all is root’s' }, async (t) => {
  const found = state(t.testdir())
  rmSync(found.spool.new, { recursive: true })
  // Whatever lies there is root's.
  symlinkSync('/etc', found.spool.new)
  t.strictSame(readTicket(found, 'passwd'), { problem: 'it is of another user' })
})
