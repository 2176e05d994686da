import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { openHistory } from '../../lib/history.ts'
import { makePlaces } from '../../lib/places.ts'
import type { SnapshotFacts } from '../../lib/snapshot.ts'
import { putTicket, spooled } from '../../lib/spool.ts'
import { printTicket, type Ticket, type TicketItem } from '../../lib/ticket.ts'
import { uuid7 } from '../../lib/uuid.ts'
import { makeSnapshot, type SnapshotOptions, ticketFor } from '../fixture/queued.ts'
import { type Sandbox, sandbox, type TestRepository } from '../fixture/sandbox.ts'
import { until } from '../fixture/until.ts'

/** What the daemon did with each file it set aside: its name and the reason beside it. */
const setAside = ({ places: { spool } }: Sandbox): Record<string, string> =>
  Object.fromEntries(
    fs
      .readdirSync(spool.bad)
      .filter((name) => !name.endsWith('.reason'))
      .map((name) => [name, fs.readFileSync(join(spool.bad, `${name}.reason`), 'utf8').trim()]),
  )

/** Queues good ones, has a daemon look, and waits until they have run. */
const afterGoodOnes = async (world: Sandbox, repo: TestRepository, names: string[]) => {
  for (const name of names) {
    const ticket = ticketFor(world, repo, [await makeSnapshot(world, repo, name)])
    fs.writeFileSync(join(world.places.spool.new, name), printTicket(ticket))
  }
  await world.exp(['daemon', 'start'])
  await until(`${names} have run`, async () => {
    const all = await repo.shown()
    return names.every((name) => all.some((one) => one.name === name && one.state === 'succeeded'))
  })
}

const namesOf = async (repo: TestRepository) =>
  (await repo.shown()).map(({ name }) => name).toSorted()

t.test('a file that is no ticket is set aside, and the good ones beside it run', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': '1\n' })
  const { spool } = makePlaces(world.places)
  const item = await makeSnapshot(world, repo, 'victim')
  const text = printTicket(ticketFor(world, repo, [item]))
  const outside = join(world.folder, 'outside')
  fs.writeFileSync(outside, text)
  const write = (content: string | Buffer) => (file: string) => fs.writeFileSync(file, content)
  const cases: [name: string, put: (file: string) => void, reason: RegExp][] = [
    ['cut-in-its-head', write(text.slice(0, text.indexOf('verb') + 8)), /^it is cut off$/],
    ['cut-in-its-body', write(text.slice(0, -20)), /^it is cut off$/],
    ['of-another-version', write(text.replace('ticket 1', 'ticket 2')), /another version/],
    ['empty', write(''), /^it is cut off$/],
    ['garbage', write(Buffer.concat([randomBytes(4000), Buffer.from('\n\n\n')])), /begin with/],
    ['zeroes', write(Buffer.alloc(4096)), /^it is cut off$/],
    ['verb', write(text.replace('verb enqueue', 'verb format')), /“verb” is missing or wrong/],
    ['relative', write(text.replace(/^repository \//m, 'repository ')), /“repository” is missing/],
    ['symlink', (file) => fs.symlinkSync(outside, file), /^it is a symbolic link$/],
    ['hard-link', (file) => fs.linkSync(outside, file), /^it has more than one name$/],
    [
      'directory',
      (file) => fs.mkdirSync(join(file, 'below'), { recursive: true }),
      /not a regular/,
    ],
    ['fifo', (file) => execFileSync('mkfifo', [file]), /^it is not a regular file$/],
    ['large', (file) => fs.writeFileSync(file, text), /^it is larger than 4 MiB$/],
  ]
  for (const [name, put] of cases) put(join(spool.new, `5-${name}`))
  fs.truncateSync(join(spool.new, '5-large'), 100 * 1024 * 1024)
  await afterGoodOnes(world, repo, ['1-before', '9-after'])
  const found = setAside(world)
  for (const [name, , reason] of cases) t.match(found[`5-${name}`], reason, name)
  t.equal(Object.keys(found).length, cases.length)
  t.strictSame(spooled(world.places), [])
  t.strictSame(await namesOf(repo), ['1-before', '9-after'])
  const doctor = await repo.exp('doctor')
  t.equal(doctor.exitCode, 1)
  for (const [name] of cases)
    t.match(doctor.stdout, `ticket set aside: 5-${name}: ${found[`5-${name}`]}`)
  const { pid } = openHistory(world.places)?.daemon()?.identity ?? { pid: 0 }
  const read = Number(/^rchar: (\d+)/m.exec(fs.readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1])
  t.ok(read < 50 * 1024 * 1024, `the daemon has read ${read} bytes`)
})

t.test('a ticket that names what it may not is set aside', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': '1\n' })
  const { spool } = makePlaces(world.places)
  const head = await repo.git('rev-parse', 'HEAD')
  const item = await makeSnapshot(world, repo, 'victim')
  const snapshot = (name: string, facts: Partial<SnapshotFacts>, more: SnapshotOptions = {}) =>
    makeSnapshot(world, repo, name, facts, more)
  fs.symlinkSync(repo.path, join(world.folder, 'link'))
  fs.mkdirSync(join(world.folder, 'closed'), { mode: 0o000 })
  t.teardown(async () => fs.chmodSync(join(world.folder, 'closed'), 0o700))
  const closed = join(world.folder, 'closed', '.git')
  type Case = [name: string, items: TicketItem[], own: Partial<Ticket>, reason: RegExp]
  const ofOthers: Case[] = [
    ['another-user', [item], { repository: '/root' }, /^\/root belongs to another user$/],
    ['the-system', [item], { repository: '/etc' }, /^\/etc belongs to another user$/],
    ['closed', [item], { repository: closed }, /closed\/.git cannot be read \(EACCES\)$/],
  ]
  const cases: Case[] = [
    // To root nothing is closed and everything is its own.
    ...(process.getuid?.() === 0 ? [] : ofOthers),
    ['nothing', [], {}, /^it names no experiment$/],
    ['gone', [item], { repository: `${world.folder}/gone/.git` }, /^there is no repository .*gone/],
    ['in-a-file', [item], { repository: `${repo.path}/a.txt/.git` }, /^there is no repository/],
    ['no-git', [item], { repository: world.folder }, /is not a git repository$/],
    ['by-a-link', [item], { repository: `${world.folder}/link/.git` }, /is not a real path$/],
    ['not-there', [{ ...item, oid: 'f'.repeat(40) }], {}, /f is not in the repository$/],
    [
      'tree',
      [{ ...item, oid: await repo.git('rev-parse', 'HEAD^{tree}') }],
      {},
      /is a tree and no/,
    ],
    ['blob', [{ ...item, oid: await repo.git('rev-parse', 'HEAD:a.txt') }], {}, /is a blob and no/],
    ['plain-commit', [{ ...item, oid: head }], {}, /trailer Exp-Version is missing/],
    ['other-id', [{ ...item, id: uuid7(1) }], {}, /is not the snapshot of/],
    ['other-queue', [await snapshot('a', { queue: 'other' })], {}, /is of another queue$/],
    ['other-shape', [await snapshot('b', {}, { parents: [head] })], {}, /not have the shape of a/],
    ['other-base', [await snapshot('c', { baseline: item.oid })], {}, /not have the shape of a/],
    ['no-ref', [await snapshot('d', {}, { hasRef: false })], {}, /^d has no ref$/],
    ['other-name', [{ ...item, name: 'else' }], {}, /^else has no ref$/],
    ['twice', [item, item], {}, /^victim is queued already$/],
    ['no-env', [item], { env: 'e'.repeat(64) }, /^the environment it names is not kept$/],
    ['no-commit', [], { verb: 'commit' }, /^it must name one commit$/],
    ['two', [item, item], { verb: 'commit' }, /^victim: it must name one commit$/],
    ['not-one', [{ ...item, oid: 'f'.repeat(40) }], { verb: 'commit' }, /f is no commit of the/],
    ['half', [await snapshot('e', {}), { ...item, oid: head }], {}, /Exp-Version is missing/],
  ]
  for (const [name, items, own] of cases) {
    const ticket = ticketFor(world, repo, items, own)
    fs.writeFileSync(join(spool.new, `5-${name}`), printTicket(ticket))
  }
  const hook = ticketFor(world, repo, [], { verb: 'environment', env: 'e'.repeat(64) })
  fs.writeFileSync(join(spool.new, '5-hook'), printTicket(hook))
  await afterGoodOnes(world, repo, ['1-before', '9-after'])
  const found = setAside(world)
  for (const [name, , , reason] of cases) t.match(found[`5-${name}`], reason, name)
  t.strictSame(spooled(world.places), [])
  t.strictSame(await namesOf(repo), ['1-before', '9-after'])
  const history = openHistory(world.places)
  t.equal(history?.receipt(hook.ticket)?.refused, 'the environment it names is not kept')
  history?.close()
})

t.test('of two tickets that want the same, the first is taken in', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': '1\n' })
  const { spool } = makePlaces(world.places)
  const put = (file: string, ticket: Ticket) =>
    fs.writeFileSync(join(spool.new, file), printTicket(ticket))
  const [twin, other] = [
    await makeSnapshot(world, repo, 'twin'),
    await makeSnapshot(world, repo, 'other'),
  ]
  const first = ticketFor(world, repo, [twin])
  put('5-a', first)
  put('5-same-experiment', ticketFor(world, repo, [twin]))
  put('5-same-ticket-id', { ...first, items: [other] })
  await afterGoodOnes(world, repo, ['9-after'])
  t.strictSame(setAside(world), {
    '5-same-experiment': 'what it names is queued already',
    '5-same-ticket-id': 'a ticket of its id was answered before',
  })
  t.strictSame(await namesOf(repo), ['9-after', 'twin'])
})

t.test('a file that cannot even be set aside holds up nothing', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': '1\n' })
  const { spool } = makePlaces(world.places)
  const long = `5${'x'.repeat(254)}`
  fs.writeFileSync(join(spool.new, long), 'garbage')
  fs.mkdirSync(join(spool.new, '5-dir'))
  fs.mkdirSync(join(spool.bad, '5-dir', 'below'), { recursive: true })
  fs.writeFileSync(join(spool.bad, '5-dir.reason'), 'an older one\n')
  fs.mkdirSync(join(spool.new, '5-closed'), { mode: 0o000 })
  t.teardown(async () => {
    for (const name of fs.readdirSync(spool.new)) fs.chmodSync(join(spool.new, name), 0o700)
  })
  await afterGoodOnes(world, repo, ['1-before', '9-after'])
  const reasons = Object.values(setAside(world)).toSorted()
  if (process.getuid?.() !== 0) t.strictSame(spooled(world.places), ['5-closed'])
  t.strictSame(reasons.slice(0, 3), ['an older one', 'it is cut off', 'it is not a regular file'])
})

t.test('a ticket that git could not be asked about waits for the next look', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': '1\n' })
  const bin = join(world.folder, 'bin')
  const broken = join(world.folder, 'broken')
  fs.mkdirSync(bin)
  const git = execFileSync('sh', ['-c', 'command -v git'], { env: world.env }).toString().trim()
  const script = `#!/bin/sh\n[ -e '${broken}' ] && kill -9 $$\nexec ${git} "$@"\n`
  fs.writeFileSync(join(bin, 'git'), script, { mode: 0o755 })
  const env = { PATH: `${bin}:${world.env.PATH}` }
  await world.exp(['daemon', 'start'], { env })
  fs.writeFileSync(broken, '')
  const ticket = ticketFor(world, repo, [await makeSnapshot(world, repo, 'patient')])
  putTicket(world.places, ticket, 5)
  const log = () => fs.readFileSync(world.places.daemonLog, 'utf8')
  await until('the daemon has looked', () => / left .*git [a-z-]+ failed \(killed\)/.test(log()))
  t.equal(spooled(world.places).length, 1)
  t.strictSame(setAside(world), {})
  fs.rmSync(broken)
  await afterGoodOnes(world, repo, ['9-after'])
  t.strictSame(await namesOf(repo), ['9-after', 'patient'])
})
