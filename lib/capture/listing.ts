import { gitList } from '../git.ts'
import type { Repository } from '../repository.ts'

/** A file that git does not look into: a sparse checkout's, or one the user marked so. */
export interface HiddenFile {
  /** A latin1 character a byte. */
  path: string
  oid: string
}

/** What is in a worktree besides the tracked files that git looks after by itself. */
export interface Listing {
  /** Not tracked and not ignored, a latin1 character a byte; nested repositories end with a slash. */
  others: string[]
  hidden: HiddenFile[]
  hasSubmodules: boolean
}

/** Lists a worktree against an index, by one git. */
export const listWorktree = async (repository: Repository, index: string): Promise<Listing> => {
  const entries = await gitList(
    ['ls-files', '-z', '-v', '--stage', '--cached', '--others', '--exclude-standard'],
    {
      cwd: repository.worktree,
      place: { gitDir: repository.gitDir, worktree: repository.worktree, index },
    },
  )
  const listing: Listing = { others: [], hidden: [], hasSubmodules: false }
  for (const entry of entries) {
    // An untracked file has the mark `?`, which no tracked one has, and its path behind it.
    if (entry.startsWith('? ')) listing.others.push(entry.slice(2))
    else if (entry.startsWith('160000', 2)) listing.hasSubmodules = true
    else if (/^[Sa-z] 1[02]/.test(entry)) listing.hidden.push(hiddenFile(entry))
  }
  return listing
}

/** `S 100644 <oid> 0<tab><path>` */
const hiddenFile = (entry: string): HiddenFile => ({
  path: entry.slice(entry.indexOf('\t') + 1),
  oid: entry.split(' ', 3)[2] ?? '',
})
