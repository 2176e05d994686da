import { renameForeign } from '../lib/elsewhere/change-foreign.ts'
import { isForeign } from '../lib/experiment.ts'
import { checkName } from '../lib/names.ts'
import { askForChange } from './change-records.ts'
import { findOne } from './find-named.ts'
import { openSession } from './session.ts'

/** Gives an experiment another name, in Git and in the queue. */
export const rename = async (options: { name: string; newName: string }): Promise<number> => {
  const value = checkName(options.newName)
  const session = await openSession()
  const found = await findOne(session, options.name)
  if (isForeign(found)) await renameForeign(session.repository.commonDir, found, value)
  else await askForChange(session, 'rename', [found], { value })
  process.stderr.write(`${found.name} is now ${value}\n`)
  return 0
}
