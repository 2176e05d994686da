import type { Experiment } from './experiment.ts'
import type { Repository } from './repository.ts'
import type { Ticket } from './ticket.ts'
import { uuid7 } from './uuid.ts'

/** A ticket that asks the daemon to end these experiments. */
export const stopTicket = (
  repository: Pick<Repository, 'commonDir'>,
  experiments: Experiment[],
): Ticket => ({
  ticket: uuid7(Date.now()),
  verb: 'stop',
  repository: repository.commonDir,
  worktree: null,
  env: null,
  priority: 0,
  keep: false,
  items: experiments.map(({ snapshot, id, name }) => ({ oid: snapshot, id, name })),
})
