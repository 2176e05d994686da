import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  realpathSync,
} from 'node:fs'
import { dirname, join, sep } from 'node:path'
import { UserError } from '../errors.ts'

/** Where files are read from: a workspace, or a commit. Paths are relative to its root. */
export interface Tree {
  read(path: string): Promise<string | null>
  exists(path: string): Promise<boolean>
  isIgnored(paths: string[]): Promise<Set<string>>
}

export const workspaceTree = (
  root: string,
  ignored: (paths: string[]) => Promise<Set<string>>,
): Tree => ({
  // At once: a few short looks, for which Node's threads would have to be started first.
  read: async (path) => readInside(root, path),
  exists: async (path) => existsInside(root, path),
  isIgnored: ignored,
})

const mostBytes = 2 ** 20

const readInside = (root: string, path: string): string | null => {
  const realRoot = realpathSync.native(root)
  const file = absentAsNull(path, () => realpathSync.native(join(root, path)))
  if (file === null) return null
  if (!isInside(realRoot, file)) {
    throw new UserError('bad-config', `${path} leads out of the repository`)
  }
  const bytes = absentAsNull(path, () => readRegular(file, path))
  return bytes === null ? null : decode(bytes, path)
}

/** A link counts as there, whatever it points to: a dataset is often a link to another disk. */
const existsInside = (root: string, path: string): boolean => {
  const full = join(root, path)
  try {
    const [realRoot, parent] = [realpathSync.native(root), realpathSync.native(dirname(full))]
    if (parent !== realRoot && !isInside(realRoot, parent)) return false
    lstatSync(full)
    return true
  } catch {
    return false
  }
}

const isInside = (root: string, path: string): boolean =>
  path.startsWith(root.endsWith(sep) ? root : root + sep)

/** Opened without waiting, as a pipe of that name would make it wait for ever. */
const readRegular = (file: string, path: string): Buffer | null => {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants
  const fd = openSync(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
  try {
    const found = fstatSync(fd)
    if (!found.isFile()) return null
    if (found.size > mostBytes) throw new UserError('bad-config', `${path} is larger than 1 MiB`)
    return readFileSync(fd)
  } finally {
    closeSync(fd)
  }
}

const decode = (bytes: Buffer, path: string): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new UserError('bad-config', `${path} is not UTF-8 text`)
  }
}

const absentAsNull = <T>(path: string, read: () => T): T | null => {
  try {
    return read()
  } catch (error) {
    if (error instanceof UserError) throw error
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    throw new UserError('bad-config', `${path} cannot be read: ${String(code ?? error)}`)
  }
}
