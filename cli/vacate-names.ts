import { renameForeign } from '../lib/elsewhere/change-foreign.ts'
import { UserError } from '../lib/errors.ts'
import { isForeign } from '../lib/experiment.ts'
import { foldName, proposeNames } from '../lib/names.ts'
import type { Override } from '../lib/overrides/override.ts'
import { takenNames } from '../lib/refs.ts'
import { askForChange } from './change-records.ts'
import { findOne } from './find-named.ts'
import type { Session } from './session.ts'

/**
 * Frees the names that an `add --force` wants: whoever has one is renamed `NAME.1`, or the next free
 * number. Nothing is lost, and one that runs goes on under its new name.
 */
export const vacateNames = async (
  session: Session,
  name: string | null,
  sweep: Override[][],
): Promise<void> => {
  if (name === null) {
    throw new UserError('usage', '--force needs a name to take', 'give one with -n')
  }
  await vacate(session, session.repository.head, proposeNames(name, sweep))
}

/** Renames whoever has one of these names under a baseline. */
export const vacate = async (
  session: Session,
  baseline: string,
  names: string[],
): Promise<void> => {
  const { commonDir } = session.repository
  const taken = await takenNames(commonDir, baseline)
  for (const wanted of names) {
    const holder = taken.get(foldName(wanted))
    if (holder === undefined) continue
    const experiment = await findOne(session, `${baseline}:${holder}`)
    let number = 1
    while (taken.has(foldName(`${holder}.${number}`))) number++
    const value = `${holder}.${number}`
    if (isForeign(experiment)) await renameForeign(commonDir, experiment, value)
    else await askForChange(session, 'rename', [experiment], { value })
    taken.set(foldName(value), value)
    process.stderr.write(`${holder} is now ${value}\n`)
  }
}
