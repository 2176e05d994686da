import { type BigIntStats, chmodSync, lstatSync } from 'node:fs'
import { join, relative, sep } from 'node:path'

/** A workplace that is an overlay: an image's files, seen through a layer that takes what is written. */
export interface Layers {
  /** Where they are mounted, in the run's own mount namespace: anybody else sees an empty folder. */
  workplace: string
  /** The folder that the other three are in. */
  pool: string
  /** The image's files, relative to the pool like the next two: no character of theirs means anything
   * to `mount`. */
  lower: string
  upper: string
  /** The kernel's own. */
  scratch: string
}

/** Where what a run has written lies. */
export const upperOf = ({ pool, upper }: Layers): string => join(pool, upper)

/** Where what it found lies. */
export const lowerOf = ({ pool, lower }: Layers): string => join(pool, lower)

/** Lets the kernel's own folder be removed like any other: each mount makes one that nobody may enter. */
export const closeLayers = ({ pool, scratch }: Pick<Layers, 'pool' | 'scratch'>): void => {
  const inner = join(pool, scratch, 'work')
  if (isFolder(inner)) chmodSync(inner, 0o700)
}

/** Whether an entry of an upper layer says that the lower one's of that name is no more. */
export const isWhiteout = (stat: BigIntStats): boolean =>
  stat.isCharacterDevice() && stat.rdev === 0n

/** What is at a path of one layer, links not followed; null for nothing, also where its folder is none. */
export const entryAt = (path: string | Buffer): BigIntStats | null => {
  try {
    return lstatSync(path, { bigint: true })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    throw error
  }
}

export const isFolder = (path: string | Buffer): boolean => entryAt(path)?.isDirectory() === true

/**
 * Where a path of the workplace lies, looked at from outside; null if the run would find nothing there.
 * A folder that the run removed and made again still shows what it had: only the kernel knows of that.
 */
export const findInLayers = (layers: Layers, path: string): string | null => {
  const below = relative(layers.workplace, path)
  if (below.startsWith('..')) return path
  const [upper, lower] = [upperOf(layers), lowerOf(layers)]
  const parts = below.split(sep)
  for (let depth = 1; depth <= parts.length; depth++) {
    const part = parts.slice(0, depth).join(sep)
    const stat = entryAt(join(upper, part))
    if (stat === null) return ifThere(join(lower, below))
    if (isWhiteout(stat)) return null
    if (!stat.isDirectory()) break
    if (isFolder(join(lower, part))) continue
    break
  }
  return ifThere(join(upper, below))
}

const ifThere = (path: string): string | null => (entryAt(path) === null ? null : path)
