import { isUtf8 } from 'node:buffer'
import { copyFileSync, statSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { type GitOptions, type GitPlace, git } from '../../lib/git.ts'
import { readMetrics } from '../../lib/metrics.ts'
import { findInLayers, lowerOf, upperOf } from '../../lib/overlay/layers.ts'
import { type Look, lookAtFiles } from '../look-at-files.ts'
import type { Laid } from './laid.ts'
import { findTouched, type Touched } from './touched.ts'

/** How git is called in an overlay, with an index that is not there yet. */
export type LayersPlace = GitOptions & {
  cwd: string
  place: GitPlace & { gitDir: string; index: string }
}

/** Git looks at more than these as fast as at everything. */
const MANY_PATHS = 200

/**
 * What a run left in an overlay: Git is shown what the upper layer has, and nothing else of the
 * workplace, however large that is. Makes the index that `where` names, if there is anything to look at.
 */
export const lookAtLayers = async (
  laid: Laid,
  where: LayersPlace,
  isOurs: (path: string) => boolean,
): Promise<Look> => {
  const touched = findTouched(laid, isOurs)
  const isPlain = laid.trees.untracked === null
  const sameAs = isPlain ? laid.snapshot : null
  if (touched.paths.length + touched.witnesses.length === 0 && isPlain) {
    return { changed: [], isNoneGone: true, untracked: [], ignored: [], sameAs }
  }
  await makeIndex(laid, where.place)
  const pathspecs = pathspecsOf(touched)
  if (pathspecs === null) return lookAtFiles(where)
  const look = pathspecs.length === 0 ? NOTHING : await lookAtFiles(where, pathspecs)
  // Nobody changed these: what is said of one is that it cannot be seen.
  const isAnyHidden = touched.witnesses.some((path) => look.changed.includes(path))
  return isAnyHidden ? lookAtFiles(where) : { ...look, sameAs }
}

const NOTHING: Look = { changed: [], isNoneGone: true, untracked: [], ignored: [], sameAs: null }

/** Null where they are too many, or a name is no text that a program can be given. */
const pathspecsOf = ({ paths, witnesses }: Touched): string[] | null => {
  const all = [...paths, ...witnesses].map((path) => Buffer.from(path, 'latin1'))
  if (all.length > MANY_PATHS || !all.every((path) => isUtf8(path))) return null
  return all.map((path) => `:(top,literal)${path.toString()}`)
}

/**
 * The image's index with the snapshot's files in it, as old as it was: Git looks again into each file
 * that is not older, and what the run changed in the second in which the image was laid is one [R2].
 */
export const makeIndex = async (
  laid: Laid,
  { gitDir, index }: LayersPlace['place'],
): Promise<void> => {
  copyFileSync(laid.imageIndex, index)
  if (laid.changes.length > 0) {
    const lines = laid.changes.map(([path, { mode, oid }]) => `${mode} ${oid}\t${path}\0`)
    await git(['update-index', '-z', '--index-info'], {
      place: { gitDir, index },
      input: Buffer.from(lines.join(''), 'latin1'),
    })
  }
  const seconds = Math.floor(statSync(laid.imageIndex).mtimeMs / 1000)
  utimesSync(index, seconds, seconds)
}

/** The metrics as the run sees them: those that it wrote, and of the others the image's. */
export const readLayersMetrics = async (
  { layers }: Laid,
  files: string[],
  { changed }: Look,
): Promise<Awaited<ReturnType<typeof readMetrics>>> => {
  const [lower, upper] = [lowerOf(layers), upperOf(layers)]
  const below = Object.entries(await readMetrics(lower, files, changed)).filter(
    ([file]) => findInLayers(layers, join(layers.workplace, file)) === join(lower, file),
  )
  return { ...Object.fromEntries(below), ...(await readMetrics(upper, files)) }
}
