import type { Experiment } from '../lib/experiment.ts'
import { recordTicket } from '../lib/record-ticket.ts'
import { request } from '../lib/request.ts'
import type { Ticket } from '../lib/ticket.ts'
import { findAll } from './find-named.ts'
import { openSession, type Session } from './session.ts'

/** Asks the daemon to change the records of some experiments; gives back which they are. */
export const changeRecords = async (
  verb: Ticket['verb'],
  names: string[],
  more: (session: Session) => Partial<Ticket> = () => ({}),
): Promise<Experiment[]> => {
  const session = await openSession()
  const found = await findAll(session, names)
  await askForChange(session, verb, found, more(session))
  return found
}

/** So many are changed well within the time that an answer is waited for. */
const PART = 200

/** Asks the daemon to change the records of many, and gives each part back when it is done. */
export async function* requestInParts(
  { places, repository }: Session,
  verb: Ticket['verb'],
  experiments: Experiment[],
): AsyncGenerator<Experiment[]> {
  for (let at = 0; at < experiments.length; at += PART) {
    const part = experiments.slice(at, at + PART)
    await request(places, recordTicket(verb, repository.commonDir, part), Date.now())
    yield part
  }
}

/** The same for experiments that are found already. */
export const askForChange = (
  { places, repository }: Session,
  verb: Ticket['verb'],
  found: Experiment[],
  more: Partial<Ticket> = {},
): Promise<void> =>
  request(places, recordTicket(verb, repository.commonDir, found, more), Date.now())

/** A line for each experiment that a verb was done to. */
export const say = (text: string, experiments: { name: string }[]): void => {
  process.stderr.write(experiments.map(({ name }) => `${text} ${name}\n`).join(''))
}
