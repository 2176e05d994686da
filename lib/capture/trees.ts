import { existsSync } from 'node:fs'
import { UserError } from '../errors.ts'
import { GitError, git, gitList } from '../git.ts'
import { gitSteps } from '../git-steps.ts'
import type { Repository } from '../repository.ts'
import { settle } from '../settle.ts'
import { isWorthKeeping, keepIndex, keptIndex } from './kept-index.ts'
import { listWorktree } from './listing.ts'
import { findDirtySubmodules, findOverlooked } from './overlooked.ts'
import { copyIndex, dropIndex } from './private-index.ts'
import { chooseUntracked, pathText, type UntrackedFiles, type UntrackedRules } from './untracked.ts'

/** Where a capture has its private indexes. */
export interface IndexFolders {
  scratch: string
  /** Those that are kept from one capture to the next. */
  indexes: string
}

/** How far a capture has come with the untracked files. */
export interface CaptureProgress {
  files: number
  ofFiles: number
  ofBytes: number
}

/** What a capture is told besides the repository. */
export interface TreeOptions {
  untracked: UntrackedRules
  /** Whether what the last capture knew is believed. */
  isTrusting: boolean
  tell?: ((progress: CaptureProgress) => void) | undefined
}

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
  { scratch, indexes }: IndexFolders,
  options: TreeOptions,
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
    // What takes most steps begins first: it takes a while to start each git.
    const [others, { index, tracked }] = await settle([
      writeOthers(repository, { asStaged, empty, indexes, copy }, options),
      writeTracked(repository, asWorked),
    ])
    const dirty = others.hasSubmodules ? await findDirtySubmodules(repository, asWorked) : []
    return { index, tracked, untracked: others.tree, notes: [...others.notes, ...dirty] }
  } finally {
    for (const made of copies) dropIndex(made)
  }
}

/** The index as it is, and then with what the workspace has of its files. */
const writeTracked = async (
  { gitDir, worktree }: Repository,
  file: string,
): Promise<{ index: string; tracked: string }> => {
  const place = { gitDir, worktree, index: file }
  const update = ['-c', 'advice.addEmbeddedRepo=false', 'add', '--update', '--', ':/']
  try {
    const steps = [['write-tree'], update, ['write-tree']]
    const [index = '', , tracked = ''] = await gitSteps(steps, { cwd: worktree, place })
    return { index: index.trim(), tracked: tracked.trim() }
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

interface OtherIndexes extends Pick<IndexFolders, 'indexes'> {
  asStaged: string
  empty: string
  copy: (index: string) => string
}

/** What is not for the tracked tree: untracked files, and words about what nobody looks into. */
const writeOthers = async (
  repository: Repository,
  at: OtherIndexes,
  options: TreeOptions,
): Promise<{ tree: string | null; hasSubmodules: boolean; notes: string[] }> => {
  const listing = await listWorktree(repository, at.asStaged)
  const chosen = chooseUntracked(repository.worktree, listing.others, options.untracked)
  const [tree, overlooked] = await settle([
    chosen.paths.length === 0
      ? Promise.resolve(null)
      : writeUntracked(repository, at, chosen, options),
    findOverlooked(repository, listing.hidden),
  ])
  const { hasSubmodules } = listing
  return { tree, hasSubmodules, notes: [...chosen.notes, ...overlooked] }
}

const writeUntracked = async (
  repository: Repository,
  at: OtherIndexes,
  { paths, bytes }: UntrackedFiles,
  { isTrusting, tell }: TreeOptions,
): Promise<string> => {
  const kept = isWorthKeeping(paths.length, bytes)
    ? await keptIndex(at.indexes, repository, paths)
    : null
  const isKnown = isTrusting && kept !== null && existsSync(kept)
  const index = isKnown ? at.copy(kept) : at.empty
  const place = { gitDir: repository.gitDir, worktree: repository.worktree, index }
  const cwd = repository.worktree
  if (isKnown) await forgetOthers(place, paths)
  let files = 0
  tell?.({ files, ofFiles: paths.length, ofBytes: bytes })
  // `--remove` makes a file that has just gone away no failure.
  const update = ['update-index', '--add', '--remove', '--verbose', '-z', '--stdin']
  const [, tree = ''] = await gitSteps([update, ['write-tree']], {
    cwd,
    place,
    input: nulList(paths),
    onOutput: (chunk) => {
      const lines = chunk.toString('latin1').split('\n').length - 1
      files = Math.min(files + lines, paths.length)
      tell?.({ files, ofFiles: paths.length, ofBytes: bytes })
    },
  })
  if (kept !== null) keepIndex(index, kept)
  return tree.trim()
}

/** Takes out of a kept index what is no longer there, or no longer untracked. */
const forgetOthers = async (
  place: { gitDir: string; worktree: string; index: string },
  paths: string[],
): Promise<void> => {
  const present = new Set(paths)
  const known = await gitList(['ls-files', '-z'], { cwd: place.worktree, place })
  const gone = known.filter((path) => !present.has(path))
  if (gone.length === 0) return
  await git(['update-index', '--force-remove', '-z', '--stdin'], {
    cwd: place.worktree,
    place,
    input: nulList(gone),
  })
}

const nulList = (paths: string[]): Buffer => Buffer.from(`${paths.join('\0')}\0`, 'latin1')
