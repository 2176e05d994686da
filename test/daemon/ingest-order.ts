import fs from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { makePlaces } from '../../lib/places.ts'
import { putTicket, spooled } from '../../lib/spool.ts'
import { printTicket, type TicketItem } from '../../lib/ticket.ts'
import { known } from '../fixture/known.ts'
import { makeSnapshot, ticketFor } from '../fixture/queued.ts'
import { type Sandbox, sandbox } from '../fixture/sandbox.ts'
import { until } from '../fixture/until.ts'

const hasRun = (world: Sandbox, name: string) =>
  until(`${name} has run`, () =>
    known(world).some((one) => one.name === name && one.state.is === 'succeeded'),
  )

t.test('a ticket that is put while no daemon runs is taken in by the next', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': '1\n' })
  putTicket(world.places, ticketFor(world, repo, [await makeSnapshot(world, repo, 'early')]), 5)
  t.match(await repo.shown(), [{ name: 'early', number: null, state: 'queued' }])
  t.match((await repo.exp('doctor')).stdout, /FAULT {2}spool: 1 tickets wait and no daemon runs/)
  await repo.exp('daemon', 'start')
  await hasRun(world, 'early')
  t.strictSame(spooled(world.places), [])
})

t.test('experiments are numbered in the order of file name, then line', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': '1\n' })
  const { spool } = makePlaces(world.places)
  const item = (name: string) => makeSnapshot(world, repo, name)
  const files: [file: string, names: string[]][] = [
    ['30', ['sixth']],
    ['20', ['third', 'fourth', 'fifth']],
    ['100', ['first']],
    ['11', ['second']],
  ]
  for (const [file, names] of files) {
    const items = []
    for (const name of names) items.push(await item(name))
    fs.writeFileSync(join(spool.new, file), printTicket(ticketFor(world, repo, items)))
  }
  await repo.exp('daemon', 'start')
  await hasRun(world, 'sixth')
  const all = known(world)
  const names = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth']
  t.strictSame(
    all.map(({ name }) => name),
    names,
  )
  t.strictSame(
    all.map(({ number }) => number),
    [1, 2, 3, 4, 5, 6],
  )
  const started = all.map(({ state }) => ('startedAt' in state ? (state.startedAt ?? 0) : 0))
  t.strictSame(started.toSorted(), started, 'they ran in that order')
})

t.test('a ticket that comes twice changes nothing', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': '1\n' })
  const { spool, runs } = makePlaces(world.places)
  const item = await makeSnapshot(world, repo, 'mine')
  const text = printTicket(ticketFor(world, repo, [item]))
  const put = (file: string) => fs.writeFileSync(join(spool.new, file), text)
  put('1-first')
  put('2-again')
  await repo.exp('daemon', 'start')
  await hasRun(world, 'mine')
  const before = known(world)
  t.equal(before.length, 1)
  const kept = join(runs, item.id, 'ticket')
  t.equal(fs.readFileSync(kept, 'utf8'), text)
  // As if a daemon had died between its rows and moving the file.
  fs.rmSync(kept)
  put('3-again')
  await until('it is taken', () => spooled(world.places).length === 0)
  t.same(known(world), before)
  t.strictSame(fs.readdirSync(spool.bad), [])
  t.equal(fs.readFileSync(kept, 'utf8'), text)
})

t.test(
  'who comes after another waits in the spool for it, is skipped without it, and is not itself',
  async (t) => {
    const world = sandbox(t)
    const repo = await world.repository({ 'a.txt': '1\n' })
    const { spool } = makePlaces(world.places)
    const item = (name: string) => makeSnapshot(world, repo, name)
    const before = await item('before')
    const [after, alone, itself] = [await item('after'), await item('alone'), await item('itself')]
    const put = (file: string, own: TicketItem, ...ids: string[]) => {
      const dependencies = ids.map((id) => ({ id, must: 'succeed' }) as const)
      const ticket = ticketFor(world, repo, [own], { after: dependencies })
      fs.writeFileSync(join(spool.new, file), printTicket(ticket))
    }
    put('10', after, before.id)
    put('20', before)
    put('30', alone, '01980000-0000-7000-8000-000000000009')
    put('40', itself, itself.id, before.id)
    await repo.exp('daemon', 'start')
    await hasRun(world, 'after')
    t.match(
      known(world).map(({ name, state }) => [name, state.is]),
      [
        ['before', 'succeeded'],
        ['alone', 'skipped'],
        ['after', 'succeeded'],
      ],
    )
  },
)
