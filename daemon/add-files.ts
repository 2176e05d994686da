import { randomUUID } from 'node:crypto'
import { GitError, type GitPlace, git } from '../lib/git.ts'

/** Adds files to the index that `options` name; paths with a latin1 character a byte. */
export const addFiles = async (
  paths: string[],
  options: { cwd: string; place: GitPlace },
): Promise<void> => {
  if (paths.length === 0) return
  const input = Buffer.from(`${paths.join('\0')}\0`, 'latin1')
  await git(['update-index', '--add', '--remove', '-z', '--stdin'], { ...options, input })
}

/** Adds all files but those that Git refuses, and gives these back. */
export const addWhatCanBe = async (
  paths: string[],
  options: { cwd: string; place: GitPlace },
): Promise<string[]> => {
  try {
    await addFiles(paths, options)
    return []
  } catch (error) {
    if (!(error instanceof GitError)) throw error
    if (paths.length === 1) {
      // Where Git can write nothing at all, it is not the file: that may pass.
      await git(['hash-object', '-w', '--stdin'], { ...options, input: randomUUID() })
      return paths
    }
    const half = paths.length >> 1
    const first = await addWhatCanBe(paths.slice(0, half), options)
    return [...first, ...(await addWhatCanBe(paths.slice(half), options))]
  }
}
