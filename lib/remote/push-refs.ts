import { portions, remoteError, remoteGit } from './remote-git.ts'

export interface Pushed {
  /** Full names of refs. */
  sent: string[]
  upToDate: string[]
  /** What the remote has under such a name is another commit. */
  diverged: string[]
}

/** Sends refs under their own names. What differs there is left alone unless forced. */
export const pushRefs = async (
  gitDir: string,
  remote: string,
  refs: string[],
  isForced: boolean,
): Promise<Pushed> => {
  const pushed: Pushed = { sent: [], upToDate: [], diverged: [] }
  const args = ['push', '--porcelain', '--no-verify', '--recurse-submodules=no', '--no-follow-tags']
  for (const some of portions(refs)) {
    const operands = some.map((ref) => `${isForced ? '+' : ''}${ref}:${ref}`)
    const answer = await remoteGit(gitDir, { args, remote, operands, okExits: [1] })
    const lines = answer.stdout.toString().split('\n').flatMap(readLine)
    for (const { flag, ref, text } of lines) {
      if (flag === '=') pushed.upToDate.push(ref)
      else if (flag !== '!') pushed.sent.push(ref)
      else if (/fetch first|non-fast-forward|already exists|stale info/.test(text)) {
        pushed.diverged.push(ref)
      } else throw remoteError(remote, `it refused ${ref}: ${text}`)
    }
    if (answer.exitCode !== 0 && lines.length === 0) throw remoteError(remote, answer.stderr)
  }
  return pushed
}

/** `FLAG TAB FROM:TO TAB SUMMARY (REASON)`. */
const readLine = (line: string): { flag: string; ref: string; text: string }[] => {
  const match = /^([ +\-*=!])\t[^\t]*:(refs\/[^\t]+)\t(.*)$/.exec(line)
  if (match === null) return []
  const [, flag = '', ref = '', text = ''] = match
  return [{ flag, ref, text }]
}
