import { git } from './git.ts'

export interface GitObject {
  oid: string
  type: string
  content: Buffer
}

/**
 * Reads any number of objects through one process. A name is an oid, a ref or `<commit>:<path>`;
 * null stands for one that is not there, or that has a line break and cannot be asked for.
 */
export const readObjects = async (
  commonDir: string,
  names: string[],
): Promise<(GitObject | null)[]> => {
  if (names.length === 0) return []
  const { stdout } = await git(['cat-file', '--batch'], {
    place: { gitDir: commonDir },
    input: names.map(onOneLine).join(''),
  })
  const objects: (GitObject | null)[] = []
  for (let at = 0; at < stdout.length; ) {
    const lineEnd = stdout.indexOf(10, at)
    const found = FOUND.exec(stdout.subarray(at, lineEnd).toString())
    at = lineEnd + 1
    if (found === null) {
      objects.push(null)
      continue
    }
    const [, oid = '', type = '', size] = found
    const end = at + Number(size)
    objects.push({ oid, type, content: stdout.subarray(at, end) })
    at = end + 1
  }
  return objects
}

/** How git announces an object. What is missing it announces by its name, which may be any text. */
export const FOUND = /^([0-9a-f]{40}|[0-9a-f]{64}) (blob|tree|commit|tag) (\d+)$/

/** An empty line is the name of nothing. */
export const onOneLine = (name: string): string => (name.includes('\n') ? '\n' : `${name}\n`)

/** The oids that names stand for, or null, without reading what is behind them. */
export const resolveNames = async (
  commonDir: string,
  names: string[],
): Promise<(string | null)[]> => {
  if (names.length === 0) return []
  const { stdout } = await git(['cat-file', '--batch-check=%(objectname)'], {
    place: { gitDir: commonDir },
    input: names.map(onOneLine).join(''),
  })
  return stdout
    .toString()
    .split('\n')
    .slice(0, -1)
    .map((line) => (/^[0-9a-f]+$/.test(line) ? line : null))
}

export interface SmallBlob {
  oid: string
  text: string
}

/** No file that people write values into is larger. */
const SMALL_BYTES = 1024 * 1024

/** The files among some names that are no larger than 1 MiB, by name; equal ones are read once. */
export const readSmallBlobs = async (
  commonDir: string,
  names: string[],
): Promise<Map<string, SmallBlob>> => {
  if (names.length === 0) return new Map()
  const { stdout } = await git(
    ['cat-file', '--batch-check=%(objectname) %(objecttype) %(objectsize)'],
    { place: { gitDir: commonDir }, input: names.map(onOneLine).join('') },
  )
  const lines = stdout.toString().split('\n')
  const oids = new Map<string, string>()
  for (const [i, name] of names.entries()) {
    const [, oid, type, size] = /^([0-9a-f]+) (\w+) (\d+)$/.exec(lines[i] ?? '') ?? []
    if (oid !== undefined && type === 'blob' && Number(size) <= SMALL_BYTES) oids.set(name, oid)
  }
  const distinct = [...new Set(oids.values())]
  const objects = await readObjects(commonDir, distinct)
  const texts = new Map(distinct.map((oid, i) => [oid, objects[i]?.content.toString() ?? '']))
  return new Map([...oids].map(([name, oid]) => [name, { oid, text: texts.get(oid) ?? '' }]))
}

/** What a commit's raw text says. */
export interface Commit {
  tree: string
  parents: string[]
  author: { name: string; email: string }
  committedMs: number
  message: string
}

/** A commit's own facts, taken from its raw text. */
export const parseCommit = (content: Buffer): Commit => {
  const text = content.toString()
  const gap = text.indexOf('\n\n')
  const head = text.slice(0, gap).split('\n')
  const [, name = '', email = ''] = AUTHOR.exec(text.slice(0, gap)) ?? []
  return {
    tree: (head[0] ?? '').slice('tree '.length),
    parents: head.filter((line) => line.startsWith('parent ')).map((line) => line.slice(7)),
    author: { name, email },
    committedMs: Number(COMMITTER.exec(text.slice(0, gap))?.[1] ?? 0) * 1000,
    message: text.slice(gap + 2),
  }
}

const AUTHOR = /^author (.*?) ?<([^>]*)> \d+ [-+]\d{4}$/m
const COMMITTER = /^committer .* (\d+) [-+]\d{4}$/m
