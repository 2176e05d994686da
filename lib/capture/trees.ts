import { UserError } from '../errors.ts'
import { GitError, git, gitList, gitText } from '../git.ts'
import type { Repository } from '../repository.ts'
import { settle } from '../settle.ts'
import { findDirtySubmodules, findOverlooked } from './overlooked.ts'
import { copyIndex, dropIndex } from './private-index.ts'
import { findUntracked, pathText, type UntrackedRules } from './untracked.ts'

/** The workspace as three trees. Oids in hex. */
export interface Trees {
  /** The user's index as it is. */
  index: string
  /** Tracked files as they are in the workspace. */
  tracked: string
  /** Null when there are no untracked files. */
  untracked: string | null
  notes: string[]
}

/** Writes the workspace's trees. The workspace, the user's index and every mtime stay as they are. */
export const writeTrees = async (
  repository: Repository,
  scratch: string,
  rules: UntrackedRules,
): Promise<Trees> => {
  const copies: string[] = []
  const copy = (index: string): string => {
    const made = copyIndex(index, scratch)
    copies.push(made)
    return made
  }
  try {
    const asStaged = copy(`${repository.gitDir}/index`)
    // Two copies of the one copy: both must show the same moment.
    const asWorked = copy(asStaged)
    const empty = copy(`${asStaged}-none`)
    const [index, tracked, untracked, overlooked] = await settle([
      writeStaged(repository, asStaged),
      writeTracked(repository, asWorked),
      writeUntracked(repository, asStaged, empty, rules),
      findOverlooked(repository, asStaged),
    ])
    const dirty = overlooked.hasSubmodules ? await findDirtySubmodules(repository, asWorked) : []
    const notes = [...untracked.notes, ...overlooked.notes, ...dirty]
    return { index, tracked, untracked: untracked.tree, notes }
  } finally {
    for (const made of copies) dropIndex(made)
  }
}

const writeStaged = async (repository: Repository, index: string): Promise<string> => {
  const place = { gitDir: repository.gitDir, worktree: repository.worktree, index }
  try {
    return await gitText(['write-tree'], { place })
  } catch (error) {
    if (!(error instanceof GitError)) throw error
    throw (await conflict(place)) ?? error
  }
}

const conflict = async (place: {
  gitDir: string
  worktree: string
  index: string
}): Promise<UserError | null> => {
  const unmerged = await gitList(['ls-files', '--unmerged', '-z'], { cwd: place.worktree, place })
  const paths = [...new Set(unmerged.map((line) => pathText(line.slice(line.indexOf('\t') + 1))))]
  if (paths.length === 0) return null
  return new UserError(
    'conflicted-index',
    `there are unresolved conflicts: ${paths.slice(0, 5).join(', ')}`,
    'resolve them and git add the files, or end the merge: git status tells how',
  )
}

const writeTracked = async (repository: Repository, index: string): Promise<string> => {
  const place = { gitDir: repository.gitDir, worktree: repository.worktree, index }
  const cwd = repository.worktree
  await git(['-c', 'advice.addEmbeddedRepo=false', 'add', '--update', '--', ':/'], { cwd, place })
  return gitText(['write-tree'], { cwd, place })
}

const writeUntracked = async (
  repository: Repository,
  userIndex: string,
  emptyIndex: string,
  rules: UntrackedRules,
): Promise<{ tree: string | null; notes: string[] }> => {
  const { paths, notes } = await findUntracked(repository, userIndex, rules)
  if (paths.length === 0) return { tree: null, notes }
  const place = { gitDir: repository.gitDir, worktree: repository.worktree, index: emptyIndex }
  const cwd = repository.worktree
  // `--remove` makes a file that has just gone away no failure.
  await git(['update-index', '--add', '--remove', '-z', '--stdin'], {
    cwd,
    place,
    input: Buffer.from(`${paths.join('\0')}\0`, 'latin1'),
  })
  return { tree: await gitText(['write-tree'], { cwd, place }), notes }
}
