import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { GitError, git } from '../git.ts'
import { inChunks } from '../in-chunks.ts'
import type { Baseline, Repository } from '../repository.ts'
import { commitUnedited } from './commit-unedited.ts'
import { stashMessages } from './stash-messages.ts'
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

/** What the snapshots of one sweep have in common. */
export interface Common {
  repository: Repository
  /** A folder for files that are of use to nobody afterwards. */
  scratch: string
  trees: Trees
  baseline: Baseline
  author: string
}

/**
 * Writes a commit in the shape of git's stash for each draft: the parents are the baseline, the index
 * and, where there are any, the untracked files. Gives back their oids. Drafts are taken one by one
 * as git reads them, and what that throws is thrown on.
 */
export const commitSnapshots = (common: Common, drafts: Iterable<Draft>): Promise<string[]> =>
  draftSnapshots(common, drafts, async (oids, write) => {
    if (write !== null) await git(write, { place: { gitDir: common.repository.gitDir } })
    return oids
  })

/**
 * The same for who has more to ask of git: `use` gets the oids, and what to ask first, so that they
 * are written; null where they are.
 */
export const draftSnapshots = async <T>(
  common: Common,
  drafts: Iterable<Draft>,
  use: (oids: string[], write: string[] | null) => Promise<T>,
): Promise<T> => {
  const rest = drafts[Symbol.iterator]()
  const first = rest.next()
  if (first.done === true) return use([], null)
  const second = rest.next()
  if (second.done === true && first.value.files.length === 0) {
    return commitUnedited(common, first.value.message, (oid, write) => use([oid], write))
  }
  return use(await importSnapshots(common, all([first, second], rest)), null)
}

/** What was taken from an iterator, and what it still has. */
function* all<T>(taken: IteratorResult<T>[], rest: Iterator<T>): Generator<T> {
  for (const one of taken) if (one.done !== true) yield one.value
  for (let one = rest.next(); one.done !== true; one = rest.next()) yield one.value
}

/** All of them through one `fast-import`. The refs that it insists on are removed in the same breath. */
const importSnapshots = async (common: Common, drafts: Iterable<Draft>): Promise<string[]> => {
  const { repository } = common
  const failures: unknown[] = []
  try {
    const { stdout } = await git(['fast-import', '--quiet', '--done'], {
      place: { gitDir: repository.gitDir },
      input: inChunks(streamOf(common, drafts, failures)),
    })
    if (failures.length > 0) throw failures[0]
    return stdout.toString().trim().split('\n')
  } catch (error) {
    if (error instanceof GitError) dropCrashReport(repository, error)
    throw error
  }
}

/** A stream that broke off would leave a crash report, so it is ended in order after a failure. */
function* streamOf(
  { repository, trees, baseline, author }: Common,
  drafts: Iterable<Draft>,
  failures: unknown[],
): Generator<string | Buffer> {
  const { head } = repository
  const stream = new Stream(author)
  const messages = stashMessages(repository, baseline)
  yield 'feature done\n'
  const untracked = (files: EditedFile[]): Commit => ({
    kind: 'untracked',
    message: messages.untracked,
    parents: [],
    tree: trees.untracked ?? '',
    files,
  })
  const index = stream.mark()
  yield* stream.commit(index, {
    kind: 'index',
    message: messages.index,
    parents: [head],
    tree: trees.index,
    files: [],
  })
  const shared = trees.untracked === null ? null : stream.mark()
  if (shared !== null) yield* stream.commit(shared, untracked([]))
  const marks: string[] = []
  try {
    for (const { message, files } of drafts) {
      const edited = files.filter((file) => !file.isTracked)
      const own = edited.length === 0 || shared === null ? shared : stream.mark()
      if (own !== null && own !== shared) yield* stream.commit(own, untracked(edited))
      const mark = stream.mark()
      yield* stream.commit(mark, {
        kind: 'snapshot',
        message,
        parents: [head, index, ...(own === null ? [] : [own])],
        tree: trees.tracked,
        files: files.filter((file) => file.isTracked),
      })
      marks.push(mark)
    }
  } catch (error) {
    failures.push(error)
  }
  yield* stream.end(marks, '0'.repeat(head.length))
}

/** A failed fast-import leaves a report in the user's git dir; what it says has no use for them. */
const dropCrashReport = ({ gitDir }: Repository, { stderr }: GitError): void => {
  const name = /fast_import_crash_\d+/.exec(stderr)?.[0]
  if (name !== undefined) rmSync(join(gitDir, name), { force: true })
}

interface Commit {
  kind: string
  message: string
  parents: string[]
  tree: string
  files: EditedFile[]
}

/** A `git fast-import` stream in the making. */
class Stream {
  readonly #author: string
  readonly #refs = `refs/git-exp/tmp/${randomUUID()}`
  readonly #used = new Set<string>()
  #marks = 0

  constructor(author: string) {
    this.#author = author
  }

  mark(): string {
    return `:${++this.#marks}`
  }

  *commit(mark: string, commit: Commit): Generator<string | Buffer> {
    const ref = `${this.#refs}-${commit.kind}`
    this.#used.add(ref)
    const [first, ...others] = commit.parents
    // Without the reset a commit that names no parent would get the ref's last one.
    yield `reset ${ref}\n\ncommit ${ref}\nmark ${mark}\ncommitter ${this.#author}\n`
    yield* data(Buffer.from(commit.message))
    if (first !== undefined) yield `from ${first}\n`
    yield `${others.map((parent) => `merge ${parent}\n`).join('')}M 040000 ${commit.tree} \n`
    for (const file of commit.files) {
      yield `M ${file.mode} inline ${quotePath(file.path)}\n`
      yield* data(file.content)
    }
    yield '\n'
  }

  *end(marks: string[], zero: string): Generator<string> {
    for (const mark of marks) yield `get-mark ${mark}\n`
    for (const ref of this.#used) yield `reset ${ref}\nfrom ${zero}\n\n`
    yield 'done\n'
  }
}

const data = (content: Buffer): (string | Buffer)[] => [`data ${content.length}\n`, content, '\n']

const quotePath = (path: string): string =>
  `"${path.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n')}"`
