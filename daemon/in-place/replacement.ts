import { createHash } from 'node:crypto'
import { lstatSync, mkdirSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'
import { UserError } from '../../lib/errors.ts'
import { replaceFile, syncFolder } from '../../lib/files.ts'
import type { Repository } from '../../lib/repository.ts'
import { replacementFile } from '../../lib/workspace/in-place-mark.ts'

/** A saved workspace, as a ref holds it. */
export interface Undo {
  ref: string
  oid: string
}

/**
 * What an in-place run replaces in a workspace. It is on the disk, with the replaced files
 * themselves, before the first of them is written, so that whoever comes after a crash can put
 * them back.
 */
export interface Replacement {
  worktree: string
  gitDir: string
  undo: Undo
  /** In milliseconds; what is younger is the run's. */
  since: number
  files: ReplacedFile[]
  isPutBack: boolean
}

export interface ReplacedFile {
  /** Relative to the root. */
  path: string
  /** Beside it; where a new content is written before it takes its place. */
  draft: string
  mode: number
  /** SHA-256 of the content with the overrides. */
  written: string
  /** The name of the copy of what was there, and its SHA-256; null where nothing was. */
  original: { copy: string; sha256: string } | null
}

/** A file with its overrides applied, as it is to be in the workspace. */
export interface Wanted {
  path: string
  content: Buffer
}

/** Copies what is about to be replaced, and says so; all of it is on the disk when this returns. */
export const keepOriginals = (
  folder: string,
  { worktree, gitDir }: Repository,
  undo: Undo,
  wanted: Wanted[],
  since: number,
): Replacement => {
  const originals = join(folder, ORIGINALS)
  mkdirSync(originals, { recursive: true, mode: 0o700 })
  const files = wanted.map(({ path, content }, i): ReplacedFile => {
    const now = contentOf(worktree, path)
    if (now !== null) replaceFile(join(originals, String(i)), now.content)
    return {
      path,
      draft: join(dirname(path), `.git-exp-${undo.oid.slice(0, 12)}-${i}~`),
      mode: now?.mode ?? 0o644,
      written: sha256(content),
      original: now === null ? null : { copy: String(i), sha256: sha256(now.content) },
    }
  })
  syncFolder(originals)
  const replacement = { worktree, gitDir, undo, since, files, isPutBack: false }
  writeReplacement(folder, replacement)
  return replacement
}

export const writeReplacement = (folder: string, replacement: Replacement): void => {
  replaceFile(replacementFile(folder), `${JSON.stringify(replacement)}\n`)
  for (const own of [folder, dirname(folder), dirname(dirname(folder))]) syncFolder(own)
}

export const readReplacement = (folder: string): Replacement | null => {
  try {
    return JSON.parse(readFileSync(replacementFile(folder), 'utf8')) as Replacement
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

export const readOriginal = (folder: string, copy: string): Buffer =>
  readFileSync(join(folder, ORIGINALS, copy))

/** What is at a path of the workspace; null for nothing. Throws `UserError` for what is no file. */
export const contentOf = (
  worktree: string,
  path: string,
): { content: Buffer; mode: number } | null => {
  const file = join(worktree, path)
  const stat = lstatSync(file, { throwIfNoEntry: false })
  if (stat === undefined) return null
  const isInside = `${realpathSync(dirname(file))}${sep}`.startsWith(
    `${realpathSync(worktree)}${sep}`,
  )
  if (!stat.isFile() || !isInside) {
    throw new UserError('workspace-changed', `${path} is no file of the workspace any more`)
  }
  return { content: readFileSync(file), mode: stat.mode & 0o7777 }
}

export const sha256 = (content: Buffer): string =>
  createHash('sha256').update(content).digest('hex')

const ORIGINALS = 'replaced'
