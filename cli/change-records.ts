import type { Experiment } from '../lib/experiment.ts'
import { findAmong, listExperiments } from '../lib/find-experiment.ts'
import { recordTicket } from '../lib/record-ticket.ts'
import { request } from '../lib/request.ts'
import type { Ticket } from '../lib/ticket.ts'
import { openSession, type Session, withHistory } from './session.ts'

/** Finds experiments by what the user typed, all or none. */
export const findAll = ({ places, repository }: Session, names: string[]): Promise<Experiment[]> =>
  withHistory(places, (history) =>
    names.length === 0
      ? []
      : listExperiments(places, history, repository).then((all) =>
          Promise.all(names.map((name) => findAmong(all, repository, name))),
        ),
  )

/** Asks the daemon to change the records of some experiments; gives back which they are. */
export const changeRecords = async (
  verb: Ticket['verb'],
  names: string[],
  more: (session: Session) => Partial<Ticket> = () => ({}),
): Promise<Experiment[]> => {
  const session = await openSession()
  const found = await findAll(session, names)
  const { places, repository } = session
  await request(places, recordTicket(verb, repository.commonDir, found, more(session)), Date.now())
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

/** A line for each experiment that a verb was done to. */
export const say = (text: string, experiments: Experiment[]): void => {
  process.stderr.write(experiments.map(({ name }) => `${text} ${name}\n`).join(''))
}
