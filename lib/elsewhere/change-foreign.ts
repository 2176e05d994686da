import { UserError } from '../errors.ts'
import type { ForeignResult } from '../experiment.ts'
import { foldName } from '../names.ts'
import { changeRefs, moveRefs, resultRef, takenNames } from '../refs.ts'

// A result without a row is known by its ref alone, so there is nothing to ask the daemon for.

/** Removes the refs of such results: all or, if one was changed meanwhile, none. */
export const removeForeign = async (commonDir: string, results: ForeignResult[]): Promise<void> => {
  if (results.length === 0) return
  const isDone = await changeRefs(
    commonDir,
    results.map(({ baseline, name, state }) => ({
      to: 'delete',
      ref: resultRef(baseline, name),
      oid: state.result,
    })),
  )
  if (!isDone) {
    throw new UserError('git', 'its ref was changed by another process meanwhile', 'look again')
  }
}

/** Gives such a result a name that nobody has. */
export const renameForeign = async (
  commonDir: string,
  { baseline, name }: ForeignResult,
  newName: string,
): Promise<void> => {
  const clash = (await takenNames(commonDir, baseline)).get(foldName(newName))
  if (clash !== undefined && clash !== name) {
    throw new UserError(
      'name-taken',
      `there is an experiment “${clash}” under its commit already`,
      'choose another name',
    )
  }
  await moveRefs(commonDir, [{ from: resultRef(baseline, name), to: resultRef(baseline, newName) }])
}
