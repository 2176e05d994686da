import { existsSync, globSync } from 'node:fs'
import { join } from 'node:path'
import { isGlob } from './spec/repository-path.ts'

/**
 * The paths below a folder that entries of exp.yaml mean: a file of that very name first, else what
 * the glob finds, in order. Nothing in a `.git` is found; an entry that finds nothing stays.
 */
export const expandPaths = (folder: string, entries: string[]): string[] => [
  ...new Set(
    entries.flatMap((entry) => {
      if (!isGlob(entry) || existsSync(join(folder, entry))) return [entry]
      const found = globSync(entry, {
        cwd: folder,
        exclude: (path) => path.split('/').includes('.git'),
      })
      return found.length === 0 ? [entry] : found.toSorted()
    }),
  ),
]
