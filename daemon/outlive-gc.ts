import { letGcEnd } from '../lib/capture/user-gc.ts'
import { GitError, git } from '../lib/git.ts'

/** Each time another gc would have to come in between. */
const TRIES = 3

/**
 * A `git gc --prune=now` that looked for refs before this commit had one removes what it holds, even
 * when it has one by then. While a gc runs its end is waited for, and `remake` called until all is there.
 */
export const outliveGc = async (
  commonDir: string,
  commit: string,
  remake: () => Promise<void>,
): Promise<void> => {
  for (let tries = 0; tries < TRIES && (await letGcEnd(commonDir)); tries++) {
    if (await isWhole(commonDir, commit)) return
    await remake()
  }
}

const isWhole = async (commonDir: string, commit: string): Promise<boolean> => {
  try {
    await git(['rev-list', '--objects', '--quiet', commit, '--not', `${commit}^@`], {
      place: { gitDir: commonDir },
    })
    return true
  } catch (error) {
    if (error instanceof GitError) return false
    throw error
  }
}
