import type { Baseline, Repository } from '../repository.ts'

/** What git's stash says of the commits that a snapshot has besides the baseline. */
export const stashMessages = (
  { branch }: Repository,
  { short, subject }: Baseline,
): { index: string; untracked: string } => {
  const where = `${branch ?? '(no branch)'}: ${short} ${subject}`
  return { index: `index on ${where}\n`, untracked: `untracked files on ${where}\n` }
}
