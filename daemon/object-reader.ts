import { FOUND, type GitObject, onOneLine, readObjects } from '../lib/cat-file.ts'
import { openGit, type ReadAnswer } from './open-git.ts'

/**
 * Reads any number of objects as `readObjects` does, through a git that is kept open. Of refs it
 * tells what they are now. Throws `GitError` where there is no repository.
 */
export const readFromOpen = async (
  commonDir: string,
  names: string[],
): Promise<(GitObject | null)[]> => {
  if (names.length === 0) return []
  const found = await ask(commonDir, names.map(onOneLine).join(''), names.length)
  // One that was killed, or that cannot be: what is wrong the other way says.
  return found ?? readObjects(commonDir, names)
}

const readObject: ReadAnswer<GitObject | null> = (all, at) => {
  const lineEnd = all.indexOf(10, at)
  if (lineEnd === -1) return { wanted: all.length - at + 1 }
  const found = FOUND.exec(all.toString('latin1', at, lineEnd))
  if (found === null) return { answer: null, end: lineEnd + 1 }
  const [, oid = '', type = '', size] = found
  const end = lineEnd + 1 + Number(size)
  if (all.length <= end) return { wanted: end + 1 - at }
  // A copy: what is kept of it must not keep all that came along.
  const content = Buffer.from(all.subarray(lineEnd + 1, end))
  return { answer: { oid, type, content }, end: end + 1 }
}

const ask = openGit(['cat-file', '--batch'], readObject)
