import { statSync } from 'node:fs'
import { join } from 'node:path'
import { startGit } from '../lib/git.ts'

/** So long an unused git is kept. */
const IDLE_MS = 2000

/** The answer at a place of what git has printed, or how many bytes from there would tell more. */
export type ReadAnswer<T> = (
  all: Buffer,
  at: number,
) => { answer: T; end: number } | { wanted: number }

/** Asks a git of the repository, with so many answers to come; null where it ended before the last. */
export type AskGit<T> = (commonDir: string, text: string, answers: number) => Promise<T[] | null>

/**
 * A git command that answers in the order in which it is asked, one process a repository, kept open
 * between questions for as long as there are some: most of what a short run costs is to start git.
 */
export const openGit = <T>(args: string[], read: ReadAnswer<T>): AskGit<T> => {
  const open = new Map<string, Talk<T>>()
  return (commonDir, text, answers) => {
    const stamp = stampOf(commonDir)
    let talk = open.get(commonDir)
    if (talk === undefined || talk.stamp !== stamp) {
      talk?.close()
      const own = new Talk(args, commonDir, stamp, read, () => {
        if (open.get(commonDir) === own) open.delete(commonDir)
      })
      open.set(commonDir, own)
      talk = own
    }
    return talk.ask(text, answers)
  }
}

/** One line of what git prints, which all that it says of a question stands in. */
export const readLine: ReadAnswer<string> = (all, at) => {
  const end = all.indexOf(10, at)
  if (end === -1) return { wanted: all.length - at + 1 }
  return { answer: all.toString('latin1', at, end), end: end + 1 }
}

/**
 * What git looks at once, when it starts: one that is open would not see what is new there, nor that a
 * pack is gone whose objects it need not write again.
 */
const stampOf = (commonDir: string): string =>
  ['config', 'objects', 'objects/pack', 'objects/info/alternates']
    .map((file) => [file, statSync(join(commonDir, file), { throwIfNoEntry: false })] as const)
    // Each new loose object changes its folder.
    .map(([file, stat]) => `${stat?.ino} ${file === 'objects' ? '' : stat?.mtimeMs}`)
    .join()

interface Question<T> {
  left: number
  answers: T[]
  answer: (answers: T[] | null) => void
}

class Talk<T> {
  readonly stamp: string
  readonly #child: ReturnType<typeof startGit>
  readonly #read: ReadAnswer<T>
  readonly #onClose: () => void
  readonly #questions: Question<T>[] = []
  #isOver = false
  #chunks: Buffer[] = []
  #bytes = 0
  /** How many bytes the next step needs at least. */
  #wanted = 1
  #idle: NodeJS.Timeout | undefined

  constructor(
    args: string[],
    commonDir: string,
    stamp: string,
    read: ReadAnswer<T>,
    onClose: () => void,
  ) {
    this.stamp = stamp
    this.#read = read
    this.#onClose = onClose
    this.#child = startGit(args, { cwd: '/', place: { gitDir: commonDir } })
    this.#child.stdout.on('data', (chunk: Buffer) => this.#take(chunk))
    this.#child.stderr.resume()
    this.#child.stdin.on('error', () => {})
    this.#child.on('error', () => this.#end())
    this.#child.on('close', () => this.#end())
  }

  async ask(text: string, answers: number): Promise<T[] | null> {
    if (this.#isOver) return null
    clearTimeout(this.#idle)
    const { promise, resolve } = Promise.withResolvers<T[] | null>()
    this.#questions.push({ left: answers, answers: [], answer: resolve })
    this.#child.stdin.write(text)
    const found = await promise
    if (this.#questions.length === 0 && !this.#isOver) {
      this.#idle = setTimeout(() => this.close(), IDLE_MS).unref()
    }
    return found
  }

  /** Lets it answer what it was asked, and end. */
  close(): void {
    this.#onClose()
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
      const read = this.#read(all, at)
      if ('wanted' in read) {
        this.#wanted = read.wanted
        break
      }
      question.answers.push(read.answer)
      at = read.end
      if (--question.left > 0) continue
      this.#questions.shift()
      question.answer(question.answers)
    }
    this.#chunks = at === all.length ? [] : [all.subarray(at)]
    this.#bytes = all.length - at
  }
}
