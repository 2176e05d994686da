import { UserError } from '../lib/errors.ts'
import { findExperiment } from '../lib/find-experiment.ts'
import { foldName, proposeNames } from '../lib/names.ts'
import type { Override } from '../lib/overrides/override.ts'
import { recordTicket } from '../lib/record-ticket.ts'
import { takenNames } from '../lib/refs.ts'
import { request } from '../lib/request.ts'
import { type Session, withHistory } from './session.ts'

/**
 * Frees the names that an `add --force` wants: whoever has one is renamed `NAME.1`, or the next free
 * number. Nothing is lost, and one that runs goes on under its new name.
 */
export const vacateNames = async (
  { places, repository }: Session,
  name: string | null,
  sweep: Override[][],
): Promise<void> => {
  if (name === null) {
    throw new UserError('usage', '--force needs a name to take', 'give one with -n')
  }
  const taken = await takenNames(repository.commonDir, repository.head)
  for (const wanted of proposeNames(name, sweep)) {
    const holder = taken.get(foldName(wanted))
    if (holder === undefined) continue
    const experiment = await withHistory(places, (history) =>
      findExperiment(places, history, repository, `${repository.head}:${holder}`),
    )
    let number = 1
    while (taken.has(foldName(`${holder}.${number}`))) number++
    const value = `${holder}.${number}`
    const ticket = recordTicket('rename', repository.commonDir, [experiment], { value })
    await request(places, ticket, Date.now())
    taken.set(foldName(value), value)
    process.stderr.write(`${holder} is now ${value}\n`)
  }
}
