import t from 'tap'
import type { Arrival } from '../../daemon/queue.ts'
import { findExperiment, listExperiments } from '../../lib/find-experiment.ts'
import { openHistory } from '../../lib/history.ts'
import { findRepository } from '../../lib/repository.ts'
import { putTicket } from '../../lib/spool.ts'
import type { Ticket, TicketItem } from '../../lib/ticket.ts'
import { arrival, claimed, success, testQueue } from '../fixture/queue.ts'
import { makeSnapshot, ticketFor } from '../fixture/queued.ts'
import { sandbox } from '../fixture/sandbox.ts'

/** A repository of two commits, and a queue that the test writes. */
const world = async (t: Parameters<typeof sandbox>[0] & Parameters<typeof testQueue>[0]) => {
  const own = sandbox(t)
  const repo = await own.repository({ 'a.txt': '1\n' })
  const older = await repo.git('rev-parse', 'HEAD')
  await repo.git('tag', 'v1')
  await repo.git('commit', '--quiet', '--allow-empty', '--message', 'Next')
  const repository = await findRepository(repo.path, {})
  const { places, queue } = testQueue(t, own.places)
  const history = openHistory(places)
  t.teardown(async () => history?.close())
  const { commonDir, head } = repository
  const add = (name: string, own: Partial<Arrival> = {}, baseline = head): Arrival => {
    const one = arrival(name, { commonDir, ...own }, { baseline })
    queue.add(one)
    return one
  }
  const find = (text: string) => findExperiment(places, history, repository, text)
  const named = async (text: string) => (await find(text)).name
  const spool = (items: TicketItem[], ticket: Partial<Ticket> = {}) =>
    putTicket(places, ticketFor(own, repo, items, ticket), 5)
  const snapshot = (name: string) => makeSnapshot(own, repo, name)
  const all = { repo, repository, places, history, commonDir, head, older, queue }
  return { ...all, add, find, named, snapshot, spool }
}

t.test('an experiment is found by number, name, and what its ids begin with', async (t) => {
  const { add, queue, named } = await world(t)
  const { facts } = add('otter')
  queue.finish(claimed(queue), success({ result: 'cafe'.repeat(10) }))
  add('Badger', { snapshot: 'dead'.repeat(10) })
  t.equal(await named('1'), 'otter')
  t.equal(await named('#2'), 'Badger')
  t.equal(await named('@last'), 'Badger')
  t.equal(await named('OTTER'), 'otter')
  t.equal(await named(facts.id), 'otter')
  t.equal(await named(facts.id.slice(0, 20)), 'otter')
  t.equal(await named('cafecafe'), 'otter')
  t.equal(await named('dead'.repeat(10)), 'Badger')
})

t.test('a name under HEAD’s commit comes before the same name elsewhere', async (t) => {
  const { add, find, named, older } = await world(t)
  add('both', {}, older)
  add('old', {}, older)
  add('both')
  t.equal((await find('both')).number, 3)
  t.equal(await named('old'), 'old')
  t.equal((await find('v1:both')).number, 1)
  t.equal((await find(`${older.slice(0, 10)}:BOTH`)).number, 1)
  t.equal((await find('main:both')).number, 3)
  await t.rejects(find('none:both'), { message: '“none” names no commit' })
  await t.rejects(find('--all:both'), { message: '“--all” names no commit' })
})

t.test('two hits are an error that lists them in a form to paste', async (t) => {
  const { add, find, named } = await world(t)
  add('same', {}, 'd'.repeat(40))
  add('same', {}, 'e'.repeat(40))
  await t.rejects(find('same'), {
    code: 'ambiguous-experiment',
    message: '“same” names 2 experiments',
    hint: 'say which: #2, #1',
  })
  t.equal(await named('#2'), 'same')
})

t.test('what is not there is said, with the nearest name', async (t) => {
  const { add, find } = await world(t)
  await t.rejects(find('@last'), { code: 'unknown-experiment' })
  add('otter')
  add('elsewhere', { commonDir: '/other/.git' })
  await t.rejects(find('oter'), { code: 'unknown-experiment', hint: 'did you mean otter?' })
  for (const text of ['elsewhere', '#2', '7', '', ':', ':otter', 'main:', 'abcdef1', '%']) {
    await t.rejects(find(text), { code: 'unknown-experiment', hint: /status|did you mean/ }, text)
  }
})

t.test('an experiment is found while its ticket is in the spool', async (t) => {
  const { add, find, named, snapshot, spool } = await world(t)
  add('known')
  const item = await snapshot('waiting')
  spool([item])
  t.match(await find('waiting'), { number: null, state: { is: 'queued' }, id: item.id })
  t.equal(await named('@last'), 'waiting')
  t.equal(await named(item.oid), 'waiting')
})

t.test('an experiment just taken in, whose ticket still lies there, is one', async (t) => {
  const { add, commonDir, find, head, queue, snapshot, spool } = await world(t)
  const { oid, id } = await snapshot('both')
  spool([{ oid, id, name: 'both' }])
  queue.add(arrival('both', { snapshot: oid, commonDir }, { baseline: head, id }))
  t.equal((await find('both')).number, 1)
  add('later')
  t.equal((await find('@last')).name, 'later')
})

t.test('a ticket that names no snapshot hides no other experiment', async (t) => {
  const { add, find, head, named, repo, snapshot, spool } = await world(t)
  add('known')
  const item = await snapshot('waiting')
  const oids = [head, 'f'.repeat(40), await repo.git('rev-parse', 'HEAD^{tree}')]
  spool([...oids.map((oid, i) => ({ ...item, oid, name: `forged-${i}` })), item])
  spool([item], { repository: '/nowhere' })
  t.equal(await named('known'), 'known')
  t.equal(await named('waiting'), 'waiting')
  await t.rejects(find('forged-0'), { code: 'unknown-experiment' })
})

t.test('what is taken in while all are listed is listed once', async (t) => {
  const { places, history, repository, add, snapshot, spool } = await world(t)
  const item = await snapshot('otter')
  spool([item])
  add('badger')
  if (history === null) throw new Error('there is no queue')
  history.freeze()
  const byId = (id: string) => {
    const found = history.byId(id)
    if (id === item.id) add('otter')
    return found
  }
  const listed = await listExperiments(places, { ...history, byId }, repository)
  t.strictSame(
    listed.map(({ name }) => name),
    ['otter', 'badger'],
  )
})
