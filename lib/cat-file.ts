import { git } from './git.ts'

export interface GitObject {
  oid: string
  type: string
  content: Buffer
}

/**
 * Reads any number of objects through one process. A name is an oid, a ref or `<commit>:<path>`,
 * without line breaks; null stands for one that is not there.
 */
export const readObjects = async (
  commonDir: string,
  names: string[],
): Promise<(GitObject | null)[]> => {
  if (names.length === 0) return []
  const { stdout } = await git(['cat-file', '--batch'], {
    place: { gitDir: commonDir },
    input: names.map((name) => `${name}\n`).join(''),
  })
  const objects: (GitObject | null)[] = []
  for (let at = 0; at < stdout.length; ) {
    const lineEnd = stdout.indexOf(10, at)
    const [oid = '', type = '', size] = stdout.subarray(at, lineEnd).toString().split(' ')
    at = lineEnd + 1
    if (size === undefined || !/^\d+$/.test(size)) {
      objects.push(null)
      continue
    }
    const end = at + Number(size)
    objects.push({ oid, type, content: stdout.subarray(at, end) })
    at = end + 1
  }
  return objects
}

/** The oids that names stand for, or null, without reading what is behind them. */
export const resolveNames = async (
  commonDir: string,
  names: string[],
): Promise<(string | null)[]> => {
  if (names.length === 0) return []
  const { stdout } = await git(['cat-file', '--batch-check=%(objectname)'], {
    place: { gitDir: commonDir },
    input: names.map((name) => `${name}\n`).join(''),
  })
  return stdout
    .toString()
    .split('\n')
    .slice(0, -1)
    .map((line) => (/^[0-9a-f]+$/.test(line) ? line : null))
}

/** A commit's own facts, taken from its raw text. */
export const parseCommit = (content: Buffer): { parents: string[]; message: string } => {
  const text = content.toString()
  const gap = text.indexOf('\n\n')
  const head = text.slice(0, gap).split('\n')
  return {
    parents: head.filter((line) => line.startsWith('parent ')).map((line) => line.slice(7)),
    message: text.slice(gap + 2),
  }
}
