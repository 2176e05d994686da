import { UserError } from '../errors.ts'
import { type GitAnswer, GitError, git } from '../git.ts'

/**
 * Refuses what is no remote: an option in its place, or the address of a program to be run. What is
 * behind it Git finds out.
 */
export const checkRemote = (remote: string): string => {
  const problem =
    remote === ''
      ? 'is empty'
      : remote.startsWith('-')
        ? 'begins with a dash'
        : /^[A-Za-z0-9+.-]+::/.test(remote)
          ? 'names a program to run'
          : /\p{Cc}/u.test(remote)
            ? 'has control characters'
            : null
  if (problem === null) return remote
  throw new UserError('remote', `the remote “${remote}” ${problem}`, 'git remote -v lists remotes')
}

/** Asks git to speak to a remote. `args` end before it, `operands` come after it. */
export const remoteGit = async (
  gitDir: string,
  call: {
    args: string[]
    remote: string
    operands: string[]
    okExits?: number[]
    timeoutMs?: number
  },
): Promise<GitAnswer> => {
  const before = ['-c', 'protocol.ext.allow=never', ...call.args, '--end-of-options']
  try {
    return await git([...before, checkRemote(call.remote), ...call.operands], {
      place: { gitDir },
      okExits: call.okExits ?? [],
      ...(call.timeoutMs === undefined ? {} : { timeoutMs: call.timeoutMs }),
    })
  } catch (error) {
    if (!(error instanceof GitError)) throw error
    const { stderr, exitCode } = error
    throw remoteError(
      call.remote,
      exitCode === null && stderr === '' ? 'it does not answer' : stderr,
    )
  }
}

export const remoteError = (remote: string, stderr: string): UserError =>
  new UserError(
    'remote',
    `${withoutSecrets(remote)}: ${withoutSecrets(lastWords(stderr))}`,
    'try git fetch with it: what Git needs to reach it, git exp needs too',
  )

/** What git says first is the cause; the rest is advice of its own. */
const lastWords = (stderr: string): string =>
  stderr
    .split('\n')
    .map((line) => line.replace(/^(?:fatal|error): /, '').trim())
    .find((line) => line !== '') ?? 'git failed without a word'

const withoutSecrets = (text: string): string => text.replace(/(\/\/)[^/@\s']*@/g, '$1')

/** Arguments in portions that every system takes: a thousand refs and more are one call. */
export const portions = (args: string[]): string[][] => {
  const all: string[][] = []
  let bytes = MOST_BYTES
  for (const arg of args) {
    bytes += Buffer.byteLength(arg) + 9
    if (bytes > MOST_BYTES) {
      all.push([])
      bytes = Buffer.byteLength(arg) + 9
    }
    all.at(-1)?.push(arg)
  }
  return all
}

/** Half of what the smallest system takes, the environment included. */
const MOST_BYTES = 512 * 1024
