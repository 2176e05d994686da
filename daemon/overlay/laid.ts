import { createHash } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { entryAt, isWhiteout, type Layers, upperOf } from '../../lib/overlay/layers.ts'
import type { TreeFile, Trees } from '../workplace/trees.ts'

/** What was laid for one run: a file beside its layer. */
export interface Laid {
  layers: Layers
  /** A link to the image's index as it was: the image may be another before the run has ended. */
  imageIndex: string
  snapshot: string
  trees: Trees
  /** What the snapshot has otherwise than the image. */
  changes: [path: string, file: TreeFile][]
  /** How what was laid looked when it was done; paths have a latin1 character a byte. */
  prints: Record<string, string>
}

/** Where it is kept, in the folder of a slot's overlay. */
export const LAID = 'laid'

/** Larger files are not read to know them again. */
const MOST_BYTES = 1 << 20

/**
 * What an entry of an upper layer is known again by, whatever its times say: of a file its mode and
 * bytes, of a folder that it was not made anew. Null where there is none, or it is not worth the reading.
 */
export const printOf = (layers: Layers, path: string): string | null => {
  const file = Buffer.concat([Buffer.from(`${upperOf(layers)}/`), Buffer.from(path, 'latin1')])
  const stat = entryAt(file)
  if (stat === null || isWhiteout(stat)) return null
  if (stat.isDirectory()) return `folder ${stat.ino} ${stat.birthtimeNs}`
  if (stat.isSymbolicLink()) return `link ${readlinkSync(file, 'latin1')}`
  if (!stat.isFile() || stat.size > MOST_BYTES) return null
  const digest = createHash('sha256').update(readFileSync(file)).digest('base64')
  return `file ${stat.mode} ${digest}`
}

/** The laid of one run, as it was written. */
export const readLaid = (folder: string): Laid | null => {
  try {
    return JSON.parse(readFileSync(join(folder, LAID), 'utf8')) as Laid
  } catch {
    return null
  }
}
