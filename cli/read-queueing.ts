import { type Dependency, MAX_AFTER } from '../lib/dependency.ts'
import { UserError } from '../lib/errors.ts'
import { isEnded } from '../lib/experiment.ts'
import { readPriority } from '../lib/priority.ts'
import type { Ticket } from '../lib/ticket.ts'
import { findAll } from './find-named.ts'
import type { Session } from './session.ts'

/** What `add` is told of the place in the queue. */
export interface QueueingOptions {
  priority?: string
  hold?: boolean
  /** Names of what must have succeeded before. */
  after?: string[]
  /** Names of what must have ended before, however. */
  afterAny?: string[]
}

/** Reads when the experiment may run. Throws when it could never. */
export const readQueueing = async (
  session: Session,
  options: QueueingOptions,
): Promise<Pick<Ticket, 'priority' | 'hold' | 'after'>> => {
  const after = [
    ...(await dependencies(session, options.after ?? [], 'succeed')),
    ...(await dependencies(session, options.afterAny ?? [], 'end')),
  ]
  if (after.length > MAX_AFTER) {
    throw new UserError('usage', `one can come after ${MAX_AFTER} others, not ${after.length}`)
  }
  const { priority, hold } = options
  return { priority: readPriority(priority ?? '0'), hold: hold === true, after }
}

const dependencies = async (
  session: Session,
  names: string[],
  must: Dependency['must'],
): Promise<Dependency[]> => {
  const found = await findAll(session, names)
  for (const { name, state } of found) {
    if (must === 'end' || !isEnded(state) || state.is === 'succeeded') continue
    throw new UserError(
      'usage',
      `“${name}” did not succeed (${state.is}), so nothing can run after it`,
      `git exp retry ${name} first, or --after-any ${name}`,
    )
  }
  return found.map(({ id }) => ({ id, must }))
}
