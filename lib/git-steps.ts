import { GitError, type GitOptions, git, OUR_GIT } from './git.ts'

/**
 * Runs gits one after the other, each if the one before it did not fail, and gives back what each
 * printed: text, without a NUL. A shell starts them, as that takes it a fifth of the time which it
 * takes us. The script has nothing in it but the numbers of its own arguments. Throws the `GitError`
 * of the one that failed. They share their input: only one of them may read it.
 */
export const gitSteps = async (
  steps: string[][],
  options: Omit<GitOptions, 'entry' | 'isUsersOwn' | 'okExits'> = {},
): Promise<string[]> => {
  try {
    const { stdout } = await git(steps.flat(), {
      ...options,
      entry: ['/bin/sh', '-c', scriptOf(steps), 'git-exp'],
    })
    return stdout.toString().split('\0')
  } catch (error) {
    if (!(error instanceof GitError)) throw error
    throw errorOfStep(error, steps)
  }
}

const scriptOf = (steps: string[][]): string => {
  // What comes first is git's name and what each of ours is told.
  const own = range(1, OUR_GIT.length)
  let next = own.length + 1
  return steps
    .map((args) => {
      const words = [...own, ...range(next, args.length)]
      next += args.length
      return words.map((n) => `"\${${n}}"`).join(' ')
    })
    .join(" && printf '\\0' && ")
}

const range = (from: number, length: number): number[] => Array.from({ length }, (_, i) => from + i)

/** A shell gives back 128 and the signal's number for what was killed; git's own codes end with 129. */
const errorOfStep = ({ exitCode, stderr, stdout }: GitError, steps: string[][]): GitError => {
  const failed = stdout.toString('latin1').split('\0').length - 1
  const isKilled = exitCode === null || (exitCode > 129 && exitCode < 193)
  return new GitError(steps[failed] ?? [], isKilled ? null : exitCode, stderr, stdout)
}
