import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { UserError } from '../../lib/errors.ts'
import {
  contentOf,
  type ReplacedFile,
  type Replacement,
  readOriginal,
  sha256,
  writeReplacement,
} from './replacement.ts'
import { swap } from './write-overrides.ts'

/**
 * Puts back each overridden file that still holds what was written there; gives back a sentence for
 * each that does not. Throws when the disk is full: it is to be tried again.
 */
export const putFilesBack = (folder: string, replacement: Replacement): string[] => {
  const left = replacement.files.flatMap((file) => {
    const problem = putBack(folder, replacement.worktree, file)
    return problem === null
      ? []
      : [`${file.path} ${problem} and was left as it is; git exp undo brings the old one back`]
  })
  writeReplacement(folder, { ...replacement, isPutBack: true })
  return left
}

/** Null when it is as it was before. */
const putBack = (folder: string, worktree: string, file: ReplacedFile): string | null => {
  const { path, draft, written, original } = file
  try {
    rmSync(join(worktree, draft), { force: true })
    const now = contentOf(worktree, path)
    const holds = now === null ? null : sha256(now.content)
    if (holds === (original?.sha256 ?? null)) return null
    if (now === null) return 'was removed meanwhile'
    if (holds !== written) return 'was changed meanwhile'
    if (original === null) rmSync(join(worktree, path))
    else swap(worktree, file, readOriginal(folder, original.copy), now.mode, written)
    return null
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'was removed with its folder'
    if (error instanceof UserError) return 'was changed meanwhile'
    if (NEVER_MINE.has(code)) return `cannot be written (${code})`
    throw error
  }
}

/** What no second try will change. */
const NEVER_MINE = new Set(['EACCES', 'EPERM', 'EROFS', 'EISDIR', 'ELOOP', 'ENAMETOOLONG'])
