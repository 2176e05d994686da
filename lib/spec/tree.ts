import { constants } from 'node:fs'
import { lstat, open, realpath } from 'node:fs/promises'
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
  read: (path) => readInside(root, path),
  exists: (path) => existsInside(root, path),
  isIgnored: ignored,
})

const mostBytes = 2 ** 20

const readInside = async (root: string, path: string): Promise<string | null> => {
  const [realRoot, file] = await Promise.all([
    realpath(root),
    absentAsNull(path, realpath(join(root, path))),
  ])
  if (file === null) return null
  if (!isInside(realRoot, file)) {
    throw new UserError('bad-config', `${path} leads out of the repository`)
  }
  const bytes = await absentAsNull(path, readRegular(file, path))
  return bytes === null ? null : decode(bytes, path)
}

/** A link counts as there, whatever it points to: a dataset is often a link to another disk. */
const existsInside = async (root: string, path: string): Promise<boolean> => {
  const full = join(root, path)
  try {
    const [realRoot, parent] = await Promise.all([realpath(root), realpath(dirname(full))])
    if (parent !== realRoot && !isInside(realRoot, parent)) return false
    await lstat(full)
    return true
  } catch {
    return false
  }
}

const isInside = (root: string, path: string): boolean =>
  path.startsWith(root.endsWith(sep) ? root : root + sep)

/** Opened without waiting, as a pipe of that name would make it wait for ever. */
const readRegular = async (file: string, path: string): Promise<Buffer | null> => {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants
  const handle = await open(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
  try {
    const found = await handle.stat()
    if (!found.isFile()) return null
    if (found.size > mostBytes) throw new UserError('bad-config', `${path} is larger than 1 MiB`)
    return await handle.readFile()
  } finally {
    await handle.close()
  }
}

const decode = (bytes: Buffer, path: string): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new UserError('bad-config', `${path} is not UTF-8 text`)
  }
}

const absentAsNull = async <T>(path: string, reading: Promise<T>): Promise<T | null> => {
  try {
    return await reading
  } catch (error) {
    if (error instanceof UserError) throw error
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    throw new UserError('bad-config', `${path} cannot be read: ${String(code ?? error)}`)
  }
}
