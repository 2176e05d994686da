import { existsSync, lstatSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type GitOptions, git, gitList, gitText } from '../../lib/git.ts'
import type { Work } from '../job.ts'
import { slotPlace } from './checkout.ts'
import { removeTree, type Slot, submodulePart } from './slot.ts'
import type { TreeFolders } from './trees.ts'

/** A submodule as a slot and a job of its own. */
export interface SubmoduleJob {
  slot: Slot
  job: Work
}

/**
 * Finds where each submodule's objects are: in the user's own copy of it, and nowhere else. One that
 * is not checked out in the workspace is an empty folder in the workplace too.
 */
export const submoduleJobs = async (
  slot: Slot,
  job: Work,
  submodules: TreeFolders['submodules'],
): Promise<SubmoduleJob[]> => {
  noteSubmodules(slot, submodules)
  const found: SubmoduleJob[] = []
  for (const { path: raw, commit } of submodules) {
    const path = Buffer.from(raw, 'latin1').toString()
    const part = submodulePart(slot, path)
    const worktree = join(job.worktree ?? '/', path)
    if (job.worktree === null || !existsSync(join(worktree, '.git'))) {
      empty(part.workplace)
      continue
    }
    if (!isFolder(part.workplace)) empty(part.workplace)
    mkdirSync(part.folder, { recursive: true, mode: 0o700 })
    const commonDir = await gitText(['rev-parse', '--path-format=absolute', '--git-common-dir'], {
      cwd: worktree,
    })
    const spec = { ...job.spec, link: [], copy: [], keep: [] }
    const own = { commonDir, worktree, baseline: commit, snapshot: commit, branch: null, spec }
    found.push({ slot: part, job: { ...job, ...own } })
  }
  return found
}

/** The submodules that a slot was laid out with, a latin1 character a byte. */
export const readSubmodules = (slot: Slot): string[] => {
  const file = join(slot.folder, SUBMODULES)
  return existsSync(file) ? readFileSync(file, 'latin1').split('\0').slice(0, -1) : []
}

/** Those submodules in which a run has changed or made files that Git does not ignore. */
export const changedSubmodules = async (slot: Slot): Promise<string[]> => {
  const changed: string[] = []
  for (const raw of readSubmodules(slot)) {
    const path = Buffer.from(raw, 'latin1').toString()
    const part = submodulePart(slot, path)
    if (!existsSync(part.index) || !isFolder(part.workplace)) continue
    const files = await gitList(['ls-files', '-z', '-m', '-o', '--exclude-standard'], {
      cwd: part.workplace,
      place: slotPlace(part),
    }).catch(() => ['unknown'])
    if (files.length > 0) changed.push(path)
  }
  return changed
}

/** Of a submodule a result has the snapshot's commit; git must not look into what the run made of it. */
export const leaveSubmodules = async (slot: Slot, options: GitOptions): Promise<void> => {
  const submodules = readSubmodules(slot)
  if (submodules.length === 0) return
  const input = Buffer.from(submodules.map((path) => `${path}\0`).join(''), 'latin1')
  await git(['update-index', '--skip-worktree', '-z', '--stdin'], { ...options, input })
}

const SUBMODULES = 'submodules'

const noteSubmodules = (slot: Slot, submodules: TreeFolders['submodules']): void => {
  const file = join(slot.folder, SUBMODULES)
  if (submodules.length === 0) rmSync(file, { force: true })
  else writeFileSync(file, submodules.map(({ path }) => `${path}\0`).join(''), 'latin1')
}

const isFolder = (path: string): boolean =>
  lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true

const empty = (folder: string): void => {
  removeTree(folder)
  mkdirSync(folder, { recursive: true })
}
