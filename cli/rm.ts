import { UserError } from '../lib/errors.ts'
import type { Experiment } from '../lib/experiment.ts'
import { type Selection, selectExperiments } from '../lib/selection.ts'
import { allExperiments } from './all-experiments.ts'
import { ask } from './ask.ts'
import { findAll, requestInParts, say } from './change-records.ts'
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
  const found = isNamed ? await findAll(session, options.names) : await select(session, options)
  if (options.all === true && found.length > 0) await confirmAll(found, options.yes === true)
  for await (const part of requestInParts(session, 'remove', found)) say('removed', part)
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

const confirmAll = async ({ length }: Experiment[], isConfirmed: boolean): Promise<void> => {
  if (isConfirmed) return
  const answer = await ask(`remove ${length} experiments, their results and logs, for good?`)
  if (answer === true) return
  throw new UserError(
    'usage',
    'nothing was removed',
    answer === null ? 'nobody is here to be asked; if you mean it: --yes' : null,
  )
}
