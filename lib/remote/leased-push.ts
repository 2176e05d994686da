import { UserError } from '../errors.ts'
import { remoteError, remoteGit } from './remote-git.ts'

/** One ref of a push: what it is to become, and what the remote must have there now. Null is nothing. */
export interface LeasedUpdate {
  ref: string
  to: string | null
  expect: string | null
}

/** `stale` names the refs of which the remote had something else; then nothing was changed. */
export type Leased = { is: 'done' } | { is: 'stale'; refs: string[] }

/**
 * Changes refs of a remote, all or none. A ref that is already what it is to become counts as changed, so
 * a push whose answer was lost can be made again. Throws `UserError` when the remote cannot be reached,
 * refuses such refs, or cannot change several at once.
 */
export const leasedPush = async (
  gitDir: string,
  remote: string,
  updates: LeasedUpdate[],
): Promise<Leased> => {
  if (updates.length === 0) return { is: 'done' }
  const answer = await remoteGit(gitDir, {
    args: [
      'push',
      '--porcelain',
      '--atomic',
      '--no-verify',
      '--no-signed',
      '--no-follow-tags',
      '--recurse-submodules=no',
      ...updates.map(({ ref, expect }) => `--force-with-lease=${ref}:${expect ?? ''}`),
    ],
    remote,
    operands: updates.map(({ ref, to }) => `${to ?? ''}:${ref}`),
    okExits: [1, 128],
  })
  if (answer.exitCode === 0) return { is: 'done' }
  const lines = answer.stdout.toString().split('\n').flatMap(readRejection)
  const absent = [
    ...answer.stderr.matchAll(/unable to delete '([^']+)': remote ref does not/g),
    // Two at once: the server found it out, and its line only says that the transaction failed.
    ...answer.stderr.matchAll(/cannot lock ref '([^']+)'/g),
  ]
  const stale = [
    ...lines.filter(({ why }) => STALE.test(why)).map(({ ref }) => ref),
    ...absent.map(([, ref = '']) => ref),
  ]
  if (stale.length > 0) return { is: 'stale', refs: [...new Set(stale)] }
  if (/does not support --atomic/.test(answer.stderr)) {
    throw new UserError(
      'remote',
      `${remote}: it cannot change several refs at once (git push --atomic)`,
      'let its server take atomic pushes (receive.advertiseAtomic), or name another in exp.remote',
    )
  }
  const refused = lines.find(({ why }) => !/atomic push fail|atomic transaction fail/.test(why))
  if (refused === undefined) throw remoteError(remote, answer.stderr)
  throw new RefusedByRemote(
    'remote',
    `${remote}: it refused ${refused.ref}: ${refused.why}`,
    'let its server take refs/git-exp/* and refs/exps/*, or name another remote in exp.remote',
  )
}

/** The remote was reached, and did not want what it was given. */
export class RefusedByRemote extends UserError {}

/** In git's words: what it finds before it asks the server, and what the server finds. */
const STALE =
  /stale info|fetch first|already exists|cannot lock ref|failed to update ref|incorrect old value|reference already exists/

/** `! TAB FROM:TO TAB [rejected] (REASON)`. */
const readRejection = (line: string): { ref: string; why: string }[] => {
  const match = /^!\t[^\t]*:(refs\/[^\t]+)\t(.*)$/.exec(line)
  return match === null ? [] : [{ ref: match[1] ?? '', why: match[2] ?? '' }]
}
