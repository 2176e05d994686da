import { type Dirent, readdirSync } from 'node:fs'
import { isFolder, lowerOf, upperOf } from '../../lib/overlay/layers.ts'
import { type Laid, printOf } from './laid.ts'

/** What of a workplace a run has touched, by its upper layer. Paths have a latin1 character a byte. */
export interface Touched {
  /** Files, links, folders that are new with all that is in them, and what was removed. */
  paths: string[]
  /**
   * Files of the image, one for each folder that has both layers. If one cannot be seen, its folder was
   * removed and made again, and shows nothing of the image: that stands where Node cannot read it.
   */
  witnesses: string[]
}

/** Looks through the upper layer alone, so at what the run did and not at what there is. */
export const findTouched = (laid: Laid, isOurs: (path: string) => boolean): Touched => {
  const { layers, prints } = laid
  const [upper, lower] = [upperOf(layers), lowerOf(layers)]
  const touched: Touched = { paths: [], witnesses: [] }
  const seen = new Set<string>()
  const isAsLaid = (path: string): boolean =>
    path in prints && prints[path] === printOf(layers, path)
  const walk = (folder: string): void => {
    const entries = readFolder(upper, folder)
    for (const entry of entries) {
      const path = `${folder}${nameOf(entry)}`
      if (path === '.git' || isOurs(path)) continue
      seen.add(path)
      const isLaid = isAsLaid(path)
      if (!entry.isDirectory()) {
        if (!isLaid) touched.paths.push(path)
        continue
      }
      const isInBoth = isFolder(within(lower, path))
      if (!isInBoth && !isLaid) {
        touched.paths.push(path)
        continue
      }
      if (isInBoth && !isLaid) {
        const witness = findFile(
          lower,
          `${path}/`,
          new Set(readFolder(upper, `${path}/`).map(nameOf)),
        )
        if (witness !== null) touched.witnesses.push(witness)
      }
      walk(`${path}/`)
    }
  }
  walk('')
  // What was laid and is no more, where there is nothing below it that a mark would hide.
  for (const path of Object.keys(prints)) {
    if (!seen.has(path) && printOf(layers, path) === null) touched.paths.push(path)
  }
  return touched
}

/** Some file in a folder, but for entries of these names. */
const findFile = (root: string, folder: string, but: Set<string>): string | null => {
  const entries = readFolder(root, folder).filter((entry) => !but.has(nameOf(entry)))
  const file = entries.find((entry) => !entry.isDirectory())
  if (file !== undefined) return `${folder}${nameOf(file)}`
  for (const entry of entries) {
    const found = findFile(root, `${folder}${nameOf(entry)}/`, new Set())
    if (found !== null) return found
  }
  return null
}

type Entry = Dirent<Buffer>

const nameOf = ({ name }: Entry): string => name.toString('latin1')

const within = (root: string, path: string): Buffer =>
  Buffer.concat([Buffer.from(`${root}/`), Buffer.from(path, 'latin1')])

const readFolder = (root: string, folder: string): Entry[] =>
  readdirSync(within(root, folder), { withFileTypes: true, encoding: 'buffer' })
