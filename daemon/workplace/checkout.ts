import { randomUUID } from 'node:crypto'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { dropIndex } from '../../lib/capture/private-index.ts'
import { GitError, type GitPlace, git, gitText } from '../../lib/git.ts'
import { makeWritable, type Slot } from './slot.ts'

/** How git is called on a slot: always with the daemon's own git dir and index [R5]. */
export const slotPlace = (slot: Slot): GitPlace => ({
  gitDir: slot.gitDir,
  worktree: slot.workplace,
  index: slot.index,
})

/**
 * Makes the workplace hold the snapshot's files and nothing else, from whatever it holds now; only
 * what differs is written. `keep` are paths that may stay from earlier runs. Gives back the tree.
 */
export const checkOut = async (slot: Slot, snapshot: string, keep: string[]): Promise<string> => {
  // Left half-way by a crash: what its index says of its files is not believed.
  if (existsSync(slot.dirtyMark)) rmSync(slot.index, { force: true })
  writeFileSync(slot.dirtyMark, '')
  rmSync(`${slot.index}.lock`, { force: true })
  rmSync(join(slot.workplace, '.git'), { recursive: true, force: true })
  const tree = await wholeTree(slot, snapshot)
  try {
    await writeFiles(slot, tree, keep)
  } catch (error) {
    if (!(error instanceof GitError)) throw error
    // A run may have taken the right to write from its folders.
    makeWritable(slot.workplace)
    rmSync(slot.index, { force: true })
    await writeFiles(slot, tree, keep)
  }
  rmSync(slot.dirtyMark, { force: true })
  return tree
}

const writeFiles = async (slot: Slot, tree: string, keep: string[]): Promise<void> => {
  const options = { cwd: slot.workplace, place: slotPlace(slot) }
  await git(['read-tree', '--reset', '-u', tree], options)
  const kept = keep.flatMap((path) => ['-e', `/${path}`])
  await git(['clean', '-ffdxq', ...kept], options)
}

/** The snapshot's tracked and untracked files as one tree. */
const wholeTree = async (slot: Slot, snapshot: string): Promise<string> => {
  const place = { ...slotPlace(slot), index: join(slot.folder, `index-${randomUUID()}`) }
  const [tracked = '', ...parents] = (
    await gitText(['show', '-s', '--no-show-signature', '--format=%T %P', snapshot], { place })
  ).split(' ')
  const untracked = parents[2]
  if (untracked === undefined) return tracked
  try {
    await git(['read-tree', tracked], { place })
    const { stdout } = await git(['ls-tree', '-r', '-z', '--full-tree', untracked], { place })
    await git(['update-index', '-z', '--index-info'], { place, input: stdout })
    return await gitText(['write-tree'], { place })
  } finally {
    dropIndex(place.index)
  }
}
