import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { GitError, git } from '../git.ts'
import type { Baseline, Repository } from '../repository.ts'
import type { Trees } from './trees.ts'

/** A parameter file with its overrides applied. */
export interface EditedFile {
  /** Relative to the root. */
  path: string
  mode: '100644' | '100755'
  content: Buffer
  /** Its blob without them; null where the workspace has no such file. */
  original: string | null
  isTracked: boolean
}

export interface Draft {
  message: string
  files: EditedFile[]
}

/**
 * Writes a commit in the shape of git's stash for each draft, all through one `fast-import`: the
 * parents are the baseline, the index and, where there are any, the untracked files. Gives back
 * their oids. The refs that fast-import insists on are removed in the same breath.
 */
export const commitSnapshots = async (
  repository: Repository,
  trees: Trees,
  baseline: Baseline,
  drafts: Draft[],
  author: string,
): Promise<string[]> => {
  const stream = new Stream(author)
  const where = `${repository.branch ?? '(no branch)'}: ${baseline.short} ${baseline.subject}`
  const index = stream.commit('index', `index on ${where}\n`, [repository.head], trees.index, [])
  const shared =
    trees.untracked === null
      ? null
      : stream.commit('untracked', `untracked files on ${where}\n`, [], trees.untracked, [])
  const marks = drafts.map(({ message, files }) => {
    const edited = files.filter((file) => !file.isTracked)
    const untracked =
      edited.length === 0 || trees.untracked === null
        ? shared
        : stream.commit('untracked', `untracked files on ${where}\n`, [], trees.untracked, edited)
    return stream.commit(
      'snapshot',
      message,
      [repository.head, index, ...(untracked === null ? [] : [untracked])],
      trees.tracked,
      files.filter((file) => file.isTracked),
    )
  })
  try {
    const { stdout } = await git(['fast-import', '--quiet', '--done'], {
      place: { gitDir: repository.gitDir },
      input: stream.end(marks, '0'.repeat(repository.head.length)),
    })
    return stdout.toString().trim().split('\n')
  } catch (error) {
    if (error instanceof GitError) dropCrashReport(repository, error)
    throw error
  }
}

/** A failed fast-import leaves a report in the user's git dir; what it says has no use for them. */
const dropCrashReport = ({ gitDir }: Repository, { stderr }: GitError): void => {
  const name = /fast_import_crash_\d+/.exec(stderr)?.[0]
  if (name !== undefined) rmSync(join(gitDir, name), { force: true })
}

/** The user's identity as a commit has it, or stash's own where none is set up. */
export const authorLine = async (repository: Repository, nowMs: number): Promise<string> => {
  try {
    const { stdout } = await git(['var', 'GIT_COMMITTER_IDENT'], {
      place: { gitDir: repository.gitDir },
    })
    return stdout.toString().trim()
  } catch (error) {
    if (!(error instanceof GitError)) throw error
    return `git <git@stash> ${Math.floor(nowMs / 1000)} +0000`
  }
}

/** A `git fast-import` stream in the making. */
class Stream {
  readonly #author: string
  readonly #refs = `refs/git-exp/tmp/${randomUUID()}`
  readonly #used = new Set<string>()
  readonly #parts: (string | Buffer)[] = ['feature done\n']
  #marks = 0

  constructor(author: string) {
    this.#author = author
  }

  commit(
    kind: string,
    message: string,
    [first, ...others]: string[],
    tree: string,
    files: EditedFile[],
  ): string {
    const ref = `${this.#refs}-${kind}`
    this.#used.add(ref)
    const mark = `:${++this.#marks}`
    this.#parts.push(
      // Without this a commit that names no parent would get the ref's last one.
      `reset ${ref}\n\ncommit ${ref}\nmark ${mark}\ncommitter ${this.#author}\n`,
      ...data(Buffer.from(message)),
      ...(first === undefined ? [] : [`from ${first}\n`]),
      ...others.map((parent) => `merge ${parent}\n`),
      `M 040000 ${tree} \n`,
      ...files.flatMap((file) => [
        `M ${file.mode} inline ${quotePath(file.path)}\n`,
        ...data(file.content),
      ]),
      '\n',
    )
    return mark
  }

  end(marks: string[], zero: string): Buffer {
    const tell = marks.map((mark) => `get-mark ${mark}\n`)
    const forget = [...this.#used].map((ref) => `reset ${ref}\nfrom ${zero}\n\n`)
    return Buffer.concat(
      [...this.#parts, ...tell, ...forget, 'done\n'].map((part) => Buffer.from(part)),
    )
  }
}

const data = (content: Buffer): (string | Buffer)[] => [`data ${content.length}\n`, content, '\n']

const quotePath = (path: string): string =>
  `"${path.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n')}"`
