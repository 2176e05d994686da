import { changeRefs } from '../lib/refs.ts'
import { openGit, readLine } from './open-git.ts'

/** Creates a ref through a git that is kept open. False where there is one of that name. */
export const createRef = async (commonDir: string, ref: string, oid: string): Promise<boolean> => {
  const lines = ['start', `create ${ref} ${oid}`, 'prepare', 'commit']
  const said = await ask(commonDir, `${lines.join('\n')}\n`, DONE.length)
  if (said?.join() === DONE.join()) return true
  // It ends at what it cannot do; why, and whether it was done after all, the other way tells.
  return changeRefs(commonDir, [{ to: 'create', ref, oid }])
}

const DONE = ['start: ok', 'prepare: ok', 'commit: ok']

const ask = openGit(['update-ref', '--stdin'], readLine)
