import type { Experiment } from './experiment.ts'
import { newTicket, type Ticket } from './ticket.ts'

/** A ticket by which a verb changes the records of these experiments of one repository. */
export const recordTicket = (
  verb: Ticket['verb'],
  repository: string,
  experiments: Experiment[],
  more: Partial<Ticket> = {},
): Ticket =>
  newTicket(
    {
      verb,
      repository,
      items: experiments.map(({ snapshot, id, name }) => ({ oid: snapshot, id, name })),
      ...more,
    },
    Date.now(),
  )
