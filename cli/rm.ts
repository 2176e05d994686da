import { removeForeign } from '../lib/elsewhere/change-foreign.ts'
import { UserError } from '../lib/errors.ts'
import { type Experiment, isForeign } from '../lib/experiment.ts'
import { type Selection, selectExperiments } from '../lib/selection.ts'
import { allExperiments } from './all-experiments.ts'
import { ask } from './ask.ts'
import { requestInParts, say } from './change-records.ts'
import { findEach } from './find-named.ts'
import { openSession, type Session } from './session.ts'

export interface RmOptions extends Selection {
  names: string[]
  all?: boolean
  yes?: boolean
}

/** Removes experiments and all that came of them. */
export const rm = async (options: RmOptions): Promise<number> => {
  const session = await openSession()
  const isNamed = options.names.length > 0
  const isSelected =
    options.all === true || [options.failed, options.older, options.where].some(Boolean)
  if (isNamed === isSelected) {
    throw new UserError(
      'usage',
      isNamed
        ? 'there are both names and a selection'
        : 'nothing was said of what is to be removed',
      'git exp rm NAME…, or --failed, --older 30d, --where CONDITION, --all',
    )
  }
  const found = isNamed ? await findEach(session, options.names) : await select(session, options)
  if (options.all === true && found.length > 0) await confirmAll(found.length, options.yes === true)
  const own = found.filter((one) => !isForeign(one))
  for await (const part of requestInParts(session, 'remove', own)) say('removed', part)
  const foreign = found.filter(isForeign)
  await removeForeign(session.repository.commonDir, foreign)
  say('removed', foreign)
  if (!isNamed && found.length === 0) process.stderr.write('none is like that\n')
  return 0
}

/** What runs is left alone, and what is starred was not meant by a rule for many. */
const select = async (session: Session, options: RmOptions): Promise<Experiment[]> => {
  const meant = selectExperiments(await allExperiments(session), options, Date.now())
  const spared = meant.filter(({ state, starred }) => starred || state.is === 'running')
  for (const { name, starred } of spared) {
    process.stderr.write(`left ${name}, which ${starred ? 'is starred' : 'is running'}\n`)
  }
  return meant.filter((one) => !spared.includes(one))
}

const confirmAll = async (length: number, isConfirmed: boolean): Promise<void> => {
  if (isConfirmed) return
  const answer = await ask(`remove ${length} experiments, their results and logs, for good?`)
  if (answer === true) return
  throw new UserError(
    'usage',
    'nothing was removed',
    answer === null ? 'nobody is here to be asked; if you mean it: --yes' : null,
  )
}
