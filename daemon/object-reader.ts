import { statSync } from 'node:fs'
import { join } from 'node:path'
import { FOUND, type GitObject, onOneLine, readObjects } from '../lib/cat-file.ts'
import { startGit } from '../lib/git.ts'

/** So long an unused reader is kept. */
const IDLE_MS = 2000

/**
 * Reads any number of objects as `readObjects` does, through a git of the repository that is kept
 * open between calls for as long as there are some: most of what a short run costs is to start git.
 * Of refs it tells what they are now. Throws `GitError` where there is no repository.
 */
export const readFromOpen = async (
  commonDir: string,
  names: string[],
): Promise<(GitObject | null)[]> => {
  if (names.length === 0) return []
  const stamp = stampOf(commonDir)
  let reader = open.get(commonDir)
  if (reader === undefined || reader.stamp !== stamp) {
    reader?.close()
    reader = new Reader(commonDir, stamp)
    open.set(commonDir, reader)
  }
  // A reader that was killed, or that cannot be: what is wrong the other way says.
  return (await reader.ask(names)) ?? readObjects(commonDir, names)
}

const open = new Map<string, Reader>()

/** What git looks at once, when it starts: a reader of before it changed would not see what is new. */
const stampOf = (commonDir: string): string =>
  ['config', 'objects', 'objects/info/alternates']
    .map((file) => statSync(join(commonDir, file), { throwIfNoEntry: false }))
    .map((stat) => `${stat?.ino} ${stat?.isFile() === true ? stat.mtimeMs : ''}`)
    .join()

interface Question {
  left: number
  objects: (GitObject | null)[]
  answer: (objects: (GitObject | null)[] | null) => void
}

/** One `git cat-file --batch`, which answers in the order in which it is asked. */
class Reader {
  readonly stamp: string
  readonly #commonDir: string
  readonly #child: ReturnType<typeof startGit>
  readonly #questions: Question[] = []
  #isOver = false
  #chunks: Buffer[] = []
  #bytes = 0
  /** How many bytes the next step needs at least. */
  #wanted = 1
  #idle: NodeJS.Timeout | undefined

  constructor(commonDir: string, stamp: string) {
    this.stamp = stamp
    this.#commonDir = commonDir
    this.#child = startGit(['cat-file', '--batch'], { cwd: '/', place: { gitDir: commonDir } })
    this.#child.stdout.on('data', (chunk: Buffer) => this.#take(chunk))
    this.#child.stderr.resume()
    this.#child.stdin.on('error', () => {})
    this.#child.on('error', () => this.#end())
    this.#child.on('close', () => this.#end())
  }

  /** Null when the process ends before it has answered. */
  async ask(names: string[]): Promise<(GitObject | null)[] | null> {
    if (this.#isOver) return null
    clearTimeout(this.#idle)
    const { promise, resolve } = Promise.withResolvers<(GitObject | null)[] | null>()
    this.#questions.push({ left: names.length, objects: [], answer: resolve })
    this.#child.stdin.write(names.map(onOneLine).join(''))
    const objects = await promise
    if (this.#questions.length === 0 && !this.#isOver) {
      this.#idle = setTimeout(() => this.close(), IDLE_MS).unref()
    }
    return objects
  }

  /** Lets it answer what it was asked, and end. */
  close(): void {
    if (open.get(this.#commonDir) === this) open.delete(this.#commonDir)
    clearTimeout(this.#idle)
    this.#child.stdin.end()
  }

  #end(): void {
    this.#isOver = true
    this.close()
    for (const { answer } of this.#questions.splice(0)) answer(null)
  }

  #take(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#bytes += chunk.length
    if (this.#bytes < this.#wanted) return
    const all = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks)
    let at = 0
    this.#wanted = 1
    for (let [question] = this.#questions; question !== undefined; [question] = this.#questions) {
      const read = readAt(all, at)
      if ('wanted' in read) {
        this.#wanted = read.wanted
        break
      }
      question.objects.push(read.object)
      at = read.end
      if (--question.left > 0) continue
      this.#questions.shift()
      question.answer(question.objects)
    }
    this.#chunks = at === all.length ? [] : [all.subarray(at)]
    this.#bytes = all.length - at
  }
}

/** The object that is announced at a place, or how many bytes from there would tell more. */
const readAt = (
  all: Buffer,
  at: number,
): { object: GitObject | null; end: number } | { wanted: number } => {
  const lineEnd = all.indexOf(10, at)
  if (lineEnd === -1) return { wanted: all.length - at + 1 }
  const found = FOUND.exec(all.toString('latin1', at, lineEnd))
  if (found === null) return { object: null, end: lineEnd + 1 }
  const [, oid = '', type = '', size] = found
  const end = lineEnd + 1 + Number(size)
  if (all.length <= end) return { wanted: end + 1 - at }
  // A copy: what is kept of it must not keep all that came along.
  return {
    object: { oid, type, content: Buffer.from(all.subarray(lineEnd + 1, end)) },
    end: end + 1,
  }
}
