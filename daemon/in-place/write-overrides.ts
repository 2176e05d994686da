import { chmodSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { UserError } from '../../lib/errors.ts'
import { syncFolder, writeSynced } from '../../lib/files.ts'
import { git } from '../../lib/git.ts'
import type { Repository } from '../../lib/repository.ts'
import type { Replaced } from '../../lib/snapshot.ts'
import { readTreeFiles, stashTrees } from '../../lib/workspace/tree-files.ts'
import type { Job } from '../job.ts'
import {
  contentOf,
  type ReplacedFile,
  type Replacement,
  sha256,
  type Wanted,
} from './replacement.ts'

/**
 * The overridden files as Git would check them out. One that the overrides leave as it is in the
 * workspace is not among them: it keeps its age.
 */
export const readWanted = async (
  { commonDir, gitDir, worktree }: Repository,
  job: Job,
  replaced: Replaced[],
): Promise<Wanted[]> => {
  if (replaced.length === 0) return []
  const files = await readTreeFiles(commonDir, await stashTrees(commonDir, job.snapshot))
  const wanted: Wanted[] = []
  for (const { path, original } of replaced) {
    const entry = files.get(Buffer.from(path).toString('latin1'))
    if (entry === undefined || !entry.mode.startsWith('100')) {
      throw new UserError('git', `the snapshot has no file ${path}`)
    }
    if (entry.oid === original) continue
    const { stdout } = await git(['cat-file', '--filters', `--path=${path}`, entry.oid], {
      cwd: worktree,
      place: { gitDir, worktree },
    })
    wanted.push({ path, content: stdout })
  }
  return wanted
}

/** Puts each into its place, whole or not at all, unless it was changed since it was copied. */
export const writeWanted = (
  { worktree, files }: Replacement,
  wanted: Wanted[],
  killPoint: (name: 'drafted' | 'written') => void,
): void => {
  for (const [i, file] of files.entries()) {
    const content = wanted[i]?.content
    if (content === undefined) throw new Error(`${file.path} has no content`)
    swap(worktree, file, content, file.mode, file.original?.sha256 ?? null, () =>
      killPoint('drafted'),
    )
    killPoint('written')
  }
}

/**
 * Replaces a file in one step if it still holds what is expected; null stands for no file. The
 * draft's name is in the record: one that a crash left is written over or removed.
 */
export const swap = (
  worktree: string,
  { path, draft }: ReplacedFile,
  content: Buffer,
  mode: number,
  expected: string | null,
  isDrafted: () => void = () => {},
): void => {
  const draftFile = join(worktree, draft)
  rmSync(draftFile, { force: true })
  try {
    writeSynced(draftFile, content)
    chmodSync(draftFile, mode)
    isDrafted()
    const now = contentOf(worktree, path)
    if ((now === null ? null : sha256(now.content)) !== expected) {
      throw new UserError('workspace-changed', `${path} was changed while the run was prepared`)
    }
    renameSync(draftFile, join(worktree, path))
    syncFolder(dirname(draftFile))
  } finally {
    rmSync(draftFile, { force: true })
  }
}
