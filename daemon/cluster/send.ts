import { jobMessage, type TaskMessage } from '../../lib/cluster/job-message.ts'
import { parseSpec } from '../../lib/spec/spec.ts'
import { derivedUuid } from '../../lib/uuid.ts'
import type { Daemon } from '../daemon.ts'
import { note } from '../events.ts'
import type { ClusterRow } from './cluster-rows.ts'
import type { ClusterSettings } from './settings.ts'

const AT_ONCE = 500

/**
 * Tells the broker of what the remote has, and waits until it has kept that. Says whether there was
 * anything. Throws `UserError` when the broker cannot be reached or refuses; what is sent twice runs once.
 */
export const send = async (
  daemon: Daemon,
  commonDir: string,
  settings: ClusterSettings,
): Promise<boolean> => {
  const { rows, link } = daemon.cluster
  for (let isChanged = false; ; isChanged = true) {
    const due = rows.toSend(commonDir, AT_ONCE)
    if (due.length === 0) return isChanged
    const broker = await link.get()
    const byQueue = Map.groupBy(due, ({ spec }) => settings.queueOf(parseSpec(spec)))
    for (const [queue, some] of byQueue) {
      // One that is to be served sooner or later than it was sent for.
      for (const row of some) {
        const former = messageOf(row, settings, 'last')
        if (former !== null) await broker.withdraw(former)
      }
      const messages = some.flatMap((row) => messageOf(row, settings, 'next') ?? [])
      await broker.publish(queue, messages)
      rows.markSent(some, daemon.clock())
      note('send', { queue, jobs: some.length })
    }
  }
}

/** The id of the nth message that was sent for an experiment. */
export const taskId = (exp: string, nth: number): string =>
  nth === 1 ? exp : derivedUuid(exp, `message ${nth}`)

/** The message that is to be sent next, or the one that was sent last, if any was. */
export const messageOf = (
  row: ClusterRow,
  { shared, key, queueOf }: ClusterSettings,
  which: 'next' | 'last',
): TaskMessage | null => {
  const nth = row.publications + (which === 'next' ? 1 : 0)
  const priority = which === 'next' ? row.priority : row.sentPriority
  if (nth === 0 || priority === null) return null
  const { id: exp, name, snapshot, baseline } = row
  const spec = parseSpec(row.spec)
  const timeout = spec.timeoutSeconds
  const payload = { exp, name, snapshot, baseline, remote: row.remote ?? shared.url, timeout }
  return jobMessage(payload, {
    id: taskId(exp, nth),
    queue: queueOf(spec),
    priority,
    key: key(),
  })
}
