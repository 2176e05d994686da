import { findExperiment } from '../lib/find-experiment.ts'
import { request } from '../lib/request.ts'
import { stopTicket } from '../lib/stop-ticket.ts'
import { openSession, withHistory } from './session.ts'

/** Asks the daemon to end experiments, and says so when it has taken that in. */
export const stop = async ({ names }: { names: string[] }): Promise<number> => {
  const { places, repository } = await openSession()
  const found = await withHistory(places, (history) =>
    Promise.all(names.map((name) => findExperiment(places, history, repository, name))),
  )
  await request(places, stopTicket(repository, found), Date.now())
  process.stderr.write(found.map(({ name }) => `stopping ${name}\n`).join(''))
  return 0
}
