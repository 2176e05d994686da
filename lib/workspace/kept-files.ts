import { createHash } from 'node:crypto'
import {
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
} from 'node:fs'
import { dirname, join, sep } from 'node:path'
import { UserError } from '../errors.ts'
import type { KeptFile } from '../experiment.ts'
import { isKeptFile } from '../kept-file.ts'
import type { Places } from '../places.ts'

/** Refuses what would overwrite another file than the kept one: nothing has saved it. */
export const checkKeptFiles = (worktree: string, files: KeptFile[]): void => {
  const others = files.filter(({ path, sha256 }) => {
    const file = join(worktree, path)
    return isThere(file) && !holds(file, sha256)
  })
  if (others.length === 0) return
  throw new UserError(
    'capture-failed',
    `these files are in the way and cannot be saved: ${others.map(({ path }) => path).join(', ')}`,
    'move them away, or overwrite them with --force',
  )
}

/** Copies kept files of a result into the workspace; gives back those that are no longer kept. */
export const bringKeptFiles = (places: Places, worktree: string, files: KeptFile[]): string[] => {
  const missing: string[] = []
  for (const kept of files) {
    const { path, sha256 } = kept
    const stored = join(places.store, sha256)
    const file = join(worktree, path)
    if (!isKeptFile(kept) || !existsSync(stored)) {
      missing.push(path)
      continue
    }
    // Before a folder is made: a link on the way may lead anywhere.
    if (!isBelow(nearestFolder(dirname(file)), worktree)) {
      throw new UserError('capture-failed', `${path} leads out of the workspace`)
    }
    if (isThere(file) && holds(file, sha256)) continue
    mkdirSync(dirname(file), { recursive: true })
    const draft = `${file}.git-exp~`
    copyFileSync(stored, draft, constants.COPYFILE_FICLONE)
    chmodSync(draft, 0o644)
    renameSync(draft, file)
  }
  return missing
}

const nearestFolder = (folder: string): string =>
  isThere(folder) ? folder : nearestFolder(dirname(folder))

/** A link that leads nowhere does not lead there either. */
const isBelow = (folder: string, root: string): boolean =>
  existsSync(folder) && `${realpathSync(folder)}${sep}`.startsWith(`${realpathSync(root)}${sep}`)

const isThere = (file: string): boolean => lstatSync(file, { throwIfNoEntry: false }) !== undefined

const holds = (file: string, sha256: string): boolean =>
  lstatSync(file).isFile() &&
  createHash('sha256').update(readFileSync(file)).digest('hex') === sha256
