import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { dropIndex } from '../../lib/capture/private-index.ts'
import type { Brought } from '../../lib/command-file.ts'
import { GitError, gitUntil } from '../../lib/git.ts'
import { settle } from '../../lib/settle.ts'
import type { Work } from '../job.ts'
import { wholeTree } from '../whole-tree.ts'
import { isAnyLeft, type Source, slotPlace, writeFiles } from './checkout.ts'
import { shareDvcCache } from './dvc-cache.ts'
import { restoreFolders } from './folders.ts'
import { decideBytes, hasLeftNothing, listLeftovers, removeLeftovers } from './leftovers.ts'
import { bringPaths } from './link.ts'
import { findMissing, MissingObjects } from './missing-objects.ts'
import { makeWritable } from './modes.ts'
import { type IndexChanges, layRunGit, layRunIndex, runIndexChanges } from './run-git.ts'
import { beginChange, endChange, openSlot, removeSlot, type Slot } from './slot.ts'
import { exclude, prepareSlotGit } from './slot-git.ts'
import { readSubmodules, submoduleJobs } from './submodules.ts'
import {
  type Difference,
  differenceFrom,
  listFolders,
  noteHeld,
  type TreeFolders,
  type Trees,
  treeOf,
  treesOf,
} from './trees.ts'
import { readUserConfig } from './user-config.ts'

export interface Materialized {
  /** The tree of all files that the workplace got from the snapshot. */
  tree: string
  brought: Brought
}

/**
 * Makes a slot hold exactly an experiment's snapshot, with a git of its own, ready to run in. Throws
 * `MissingObjects` where the repository has not all of it.
 */
export const materialize = async (
  slot: Slot,
  job: Work,
  signal: AbortSignal = AbortSignal.any([]),
): Promise<Materialized> => gitUntil(signal, () => orMakeAnew(slot, signal, () => fill(slot, job)))

/** The same for files that no command runs in: there is no git beside them, and nothing was brought. */
export const materializeImage = (slot: Slot, work: Work, signal: AbortSignal): Promise<void> =>
  gitUntil(signal, () =>
    orMakeAnew(slot, signal, async () => {
      await openSlot(slot)
      await layOut(slot, work, 'files alone')
      endChange(slot)
    }),
  )

const orMakeAnew = async <T>(
  slot: Slot,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> => {
  try {
    return await work()
  } catch (error) {
    if (signal.aborted || error instanceof MissingObjects) throw error
    // Whatever an earlier run or a crash has done to the slot, a new one has none of it.
    removeSlot(slot)
    return work()
  }
}

const fill = async (slot: Slot, job: Work): Promise<Materialized> => {
  await openSlot(slot)
  const tree = await layOut(slot, job)
  const brought = bringPaths(job.worktree, slot.workplace, job.spec)
  brought.copied.push(...shareDvcCache(job.worktree, slot.workplace, job.workdir))
  exclude(slot, job.commonDir, [...brought.linked, ...brought.copied])
  endChange(slot)
  return { tree, brought }
}

/** Lays out a repository's files and its git, and those of its submodules; gives back its tree. */
const layOut = async (
  slot: Slot,
  job: Work,
  what: 'files and git' | 'files alone' = 'files and git',
): Promise<string> => {
  const hasGit = what === 'files and git'
  const config = await readUserConfig(job.commonDir)
  await prepareSlotGit(slot, job.commonDir, job.worktree, config)
  beginChange(slot)
  const write = async (): Promise<string> => {
    const had = readSubmodules(slot)
    const isHinted = hasLeftNothing(slot) && job.spec.keep.length === 0 && had.length === 0
    // Before git writes: it would go by attributes that lie about where the tree has none.
    const [wanted] = await settle([
      readWanted(slot, job, hasGit),
      isHinted ? Promise.resolve() : removeLeftovers(slot, job.spec.keep),
    ] as const)
    const { trees, tree, difference, folders, submodules, changes } = wanted
    // Then they are only looked for, while Git writes: of the same paths it makes none of its own.
    const isLookedFor = isHinted && submodules.length === 0 && hasOnlyOtherBytes(difference)
    if (isHinted && !isLookedFor) await removeLeftovers(slot, [])
    // Nobody knows which files are other bytes by other attributes.
    if (difference === null || difference.hasOtherAttributes) {
      dropIndex(slot.index)
      await removeLeftovers(slot, job.spec.keep)
    }
    const known = new Set(folders)
    const leaving = (difference?.leaving ?? []).filter((folder) => !known.has(folder))
    const hasCommit = trees.untracked === null && !config.isPartial
    // Begun before what is done beside it.
    const source = { tree, commit: hasCommit ? job.snapshot : null }
    const writing = writeFiles(slot, source)
    const looking = isLookedFor ? listLeftovers(slot) : Promise.resolve([])
    const laying = hasGit ? layRunGit(slot, job, config) : Promise.resolve()
    const [leftovers] = await settle([looking, writing, laying] as const)
    if (leftovers.length > 0) await removeFound(slot, leftovers, source)
    noteHeld(slot, job.snapshot, trees)
    // Git leaves the files of a submodule that is none any more, or of what a run made a repository.
    if (had.length > 0 || isAnyLeft(slot, leaving)) await removeLeftovers(slot, job.spec.keep)
    restoreFolders(slot, [...folders, ...submodules.map(({ path }) => path)])
    if (hasGit) await layRunIndex(slot, job, changes)
    for (const sub of await submoduleJobs(slot, job, submodules)) {
      await layOut(sub.slot, sub.job)
      exclude(sub.slot, sub.job.commonDir, [])
      endChange(sub.slot)
    }
    return tree
  }
  return write().catch(async (error: unknown) => {
    if (!(error instanceof GitError)) throw error
    const missing = await findMissing(job.commonDir, job.snapshot)
    if (missing !== null) throw missing
    // A run may have taken the right to write from its folders.
    makeWritable(slot.workplace)
    dropIndex(slot.index)
    return write()
  })
}

/** Removes what was found while Git wrote, and has Git write anew where that may have misled it. */
const removeFound = async (slot: Slot, leftovers: string[], source: Source): Promise<void> => {
  await removeLeftovers(slot, [])
  if (!decideBytes(leftovers)) return
  dropIndex(slot.index)
  await writeFiles(slot, source)
}

const hasOnlyOtherBytes = (difference: Difference | null): boolean =>
  difference?.isOfSamePaths === true && !difference.hasOtherAttributes

/** All that must be known of what is to be laid out, read while leftovers are removed. */
const readWanted = async (slot: Slot, job: Work, hasGit: boolean) => {
  const trees = await treesFor(job)
  const index = join(slot.folder, `index-${randomUUID()}`)
  const [tree, difference, inner, changes] = await settle<
    [string, Difference | null, TreeFolders, IndexChanges]
  >([
    wholeTree({ ...slotPlace(slot), index }, trees),
    differenceFrom(slot, job.commonDir, trees),
    listFolders(job.commonDir, trees),
    hasGit ? runIndexChanges(job, trees) : Promise.resolve(new Map()),
  ])
  return { trees, tree, difference, ...inner, changes }
}

/** Of a submodule its commit, which may be a merge of any number. */
export const treesFor = async ({ commonDir, snapshot, baseline }: Work): Promise<Trees> =>
  snapshot === baseline
    ? { tracked: await treeOf(commonDir, snapshot), untracked: null }
    : treesOf(commonDir, snapshot)
