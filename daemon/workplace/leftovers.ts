import { GitError, git, listItems } from '../../lib/git.ts'
import { optionsFor } from './checkout.ts'
import type { Slot } from './slot.ts'

/**
 * Removes whatever is in the workplace and not in its index, but for `keep`; follows no link. Throws
 * `GitError` also where git only warns: a folder that it cannot open it would leave as it is.
 */
export const removeLeftovers = async (slot: Slot, keep: string[]): Promise<void> => {
  const args = ['clean', '-ffdxq', ...keep.flatMap((path) => ['-e', `/${path}`])]
  const { stderr, stdout } = await git(args, optionsFor(slot))
  if (stderr !== '') throw new GitError(args, 0, stderr, stdout)
}

/** What that would remove: paths with a latin1 character a byte, of whole folders the folder's. */
export const listLeftovers = async (slot: Slot): Promise<string[]> => {
  const args = ['ls-files', '--others', '--directory', '-z']
  const { stderr, stdout } = await git(args, optionsFor(slot))
  if (stderr !== '') throw new GitError(args, 0, stderr, stdout)
  return listItems(stdout)
}

/** The folders of slots in which a run has left nothing over, as far as was seen. */
const without = new Set<string>()

/** Notes what a run left. It is no more than a hint, as things may be put there by anybody afterwards. */
export const noteLeft = (slot: Slot, isNothing: boolean): void => {
  if (isNothing) without.add(slot.folder)
  else without.delete(slot.folder)
}

/** Whether a run has probably left nothing over; of each run it is told once. */
export const hasLeftNothing = (slot: Slot): boolean => without.delete(slot.folder)

/** Whether some leftovers may have changed the bytes of what Git wrote beside them. */
export const decideBytes = (leftovers: string[]): boolean =>
  leftovers.some((path) => /(?:^|\/)\.gitattributes$/.test(path))
