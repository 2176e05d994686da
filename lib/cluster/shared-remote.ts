import { createHash } from 'node:crypto'
import { isAbsolute, resolve } from 'node:path'
import { UserError } from '../errors.ts'
import { GitError, gitText } from '../git.ts'
import { checkRemote } from '../remote/remote-git.ts'
import { withoutCredentials } from '../remote/without-credentials.ts'

/** The remote that carries a cluster's jobs. */
export interface SharedRemote {
  /** What git is told: as this repository calls it, or where it is. */
  remote: string
  /** Its URL without credentials: what workers are told. */
  url: string
  /** Names it in refs of ours. */
  key: string
}

/** Finds out where a remote is. Throws `UserError` where there is none of this name. */
export const findSharedRemote = async (gitDir: string, remote: string): Promise<SharedRemote> => {
  const found = await askForUrl(gitDir, checkRemote(remote))
  const isElsewhere = isAbsolute(found) || /^[A-Za-z0-9+.-]+:|^[^/]+:/.test(found)
  const url = isElsewhere ? withoutCredentials(found) : resolve(gitDir, '..', found)
  const key = createHash('sha256').update(url).digest('hex').slice(0, 12)
  // A path that is relative is so to the worktree, which a daemon does not work in.
  return { remote: isElsewhere ? remote : url, url, key }
}

const askForUrl = async (gitDir: string, remote: string): Promise<string> => {
  try {
    return await gitText(['remote', 'get-url', '--', remote], { place: { gitDir } })
  } catch (error) {
    if (!(error instanceof GitError) || error.exitCode === null) throw error
    if (/[/:]/.test(remote)) return remote
    throw new UserError(
      'remote',
      `there is no remote “${remote}” to carry experiments to a cluster`,
      'git remote add it, or name another: git config exp.remote NAME',
    )
  }
}
