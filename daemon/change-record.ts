import { UserError } from '../lib/errors.ts'
import { foldName, freeName, nameProblem } from '../lib/names.ts'
import { listResults, moveRefs, resultRef, takenNames } from '../lib/refs.ts'
import type { Ticket, TicketItem } from '../lib/ticket.ts'
import type { Daemon } from './daemon.ts'
import { note } from './events.ts'
import { forget } from './forget.ts'
import { free } from './free.ts'
import { keepMarks } from './keep-marks.ts'
import type { RecordRow } from './records.ts'
import { refsOf } from './refs-of.ts'
import { removeRecords } from './remove-records.ts'
import { removeEnd } from './run-records.ts'

/** The verbs that make, move or remove refs, and so cannot be part of a scan's one transaction. */
export const MOVES_REFS: ReadonlySet<Ticket['verb']> = new Set([
  'save',
  'free',
  'forget',
  'retry',
  'rename',
  'remove',
])

/**
 * Does what such a ticket asks, refs first, rows after: if the daemon dies in between, the ticket
 * comes again and finds its refs moved. Throws `UserError` when it cannot be done.
 */
export const changeRecords = async (daemon: Daemon, ticket: Ticket): Promise<void> => {
  if (ticket.verb === 'free') return free(daemon, ticket)
  if (ticket.verb === 'remove') return removeRecords(daemon, ticket)
  if (ticket.verb === 'forget') return forget(daemon, ticket.repository)
  const revived = new Set<string>()
  for (const { id } of inOrder(daemon, ticket)) {
    await daemon.oneAtATime.run(id, async () => {
      const row = daemon.records.find(id)
      note(ticket.verb, { id, name: row?.name ?? null })
      if (row === null) throw refusal('that experiment is gone')
      if (ticket.verb === 'rename') await rename(daemon, row, ticket.value ?? '')
      if (ticket.verb === 'retry' && !revived.has(id)) {
        for (const other of await retry(daemon, row, ticket)) revived.add(other)
      }
    })
  }
}

/** What others come after is first. */
const inOrder = ({ records }: Daemon, ticket: Ticket): TicketItem[] => {
  const numberOf = ({ id }: TicketItem): number => records.find(id)?.number ?? 0
  return ticket.items.toSorted((a, b) => numberOf(a) - numberOf(b))
}

const refusal = (message: string, hint: string | null = null): UserError =>
  new UserError('refused-by-daemon', message, hint)

const rename = async (daemon: Daemon, row: RecordRow, name: string): Promise<void> => {
  if (row.name === name) return
  const problem = nameProblem(name)
  if (problem !== null) throw refusal(`the name “${name}” ${problem}`)
  const clash = (await takenNames(row.commonDir, row.baseline)).get(foldName(name))
  const isOwnCase = foldName(name) === foldName(row.name)
  if (clash !== undefined && !isOwnCase && !(await isMoved(row, name))) {
    throw refusal(`there is an experiment “${clash}” under its commit already`)
  }
  const refs = refsOf(daemon, row, await listResults(row.commonDir, row.baseline))
  await moveRefs(
    row.commonDir,
    refs.map((ref) => ({ from: ref(row.name), to: ref(name) })),
  )
  daemon.records.rename(row.number, name)
}

/** Whether the refs have been moved already, by a daemon that died before it could say so. */
const isMoved = async (row: RecordRow, name: string): Promise<boolean> => {
  const taken = await takenNames(row.commonDir, row.baseline)
  return !taken.has(foldName(row.name)) && taken.has(foldName(name))
}

/** Queues it again, and gives back what was skipped because of it and is queued again too. */
const retry = async (daemon: Daemon, row: RecordRow, ticket: Ticket): Promise<string[]> => {
  const isWaitingToRetry = row.state === 'queued' && row.retryAt !== null
  if (!isWaitingToRetry && ['queued', 'held', 'running'].includes(row.state)) {
    throw refusal(`“${row.name}” is ${row.state}`)
  }
  if (row.gate === 'shut') {
    throw refusal(`what “${row.name}” comes after did not succeed; retry that, and it comes along`)
  }
  if (row.state === 'succeeded' && row.attempt === 0) {
    throw refusal(
      `“${row.name}” was saved and never ran: git exp add --from ${row.name} runs what was saved`,
    )
  }
  if (row.state === 'succeeded' && row.executor === 'celery') {
    throw refusal(
      `“${row.name}” succeeded on the cluster: git exp add --celery --from ${row.name} runs it once more`,
    )
  }
  if (row.state === 'succeeded') {
    if (ticket.value !== 'again') {
      throw refusal(`“${row.name}” succeeded; --again runs it once more and keeps its result`)
    }
    // Nothing computed is ever discarded: the old result stays under the name of its attempt.
    const taken = new Set((await takenNames(row.commonDir, row.baseline)).keys())
    const kept = freeName(`${row.name}.${row.attempt}`, taken)
    await moveRefs(row.commonDir, [
      { from: resultRef(row.baseline, row.name), to: resultRef(row.baseline, kept) },
    ])
  }
  return queueAgain(daemon, row, ticket.env)
}

const queueAgain = (
  daemon: Daemon,
  { number, id }: { number: number; id: string },
  env: string | null,
): string[] => {
  removeEnd(daemon.places, id)
  daemon.records.retry(number, env)
  keepMarks(daemon, id)
  return daemon.records
    .revivable(number)
    .flatMap((one) => [one.id, ...queueAgain(daemon, one, null)])
}
