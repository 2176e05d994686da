import type { GitAnswer } from '../git.ts'
import { remoteGit } from './remote-git.ts'

/**
 * Fetches refs of a remote to where the refspecs say, and nothing else: no tags, no submodules, no
 * FETCH_HEAD, and none of what the user's config says of this remote. With `prune`, what the remote no
 * longer has goes from there. Throws `UserError` where it is out of reach.
 */
export const fetchInto = (
  gitDir: string,
  call: { remote: string; refspecs: string[]; prune?: boolean; timeoutMs?: number },
): Promise<GitAnswer> =>
  remoteGit(gitDir, {
    args: [
      'fetch',
      '--quiet',
      '--no-tags',
      '--no-write-fetch-head',
      '--no-recurse-submodules',
      '--no-auto-maintenance',
      call.prune === true ? '--prune' : '--no-prune',
      '--refmap=',
    ],
    remote: call.remote,
    operands: call.refspecs,
    ...(call.timeoutMs === undefined ? {} : { timeoutMs: call.timeoutMs }),
  })
