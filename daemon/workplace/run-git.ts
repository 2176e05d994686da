import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { git, gitText } from '../../lib/git.ts'
import { NO_HOOKS } from '../../lib/no-hooks.ts'
import type { Work } from '../job.ts'
import { remembered } from '../remembered.ts'
import { marked } from './orphans.ts'
import { changeIndex } from './run-index.ts'
import type { Slot } from './slot.ts'
import { type TreeFile, type Trees, towards, treeOf } from './trees.ts'
import { printConfig, type UserConfig } from './user-config.ts'

/**
 * Lays the run's own `.git` anew, all of it but its index: HEAD on the branch of the same name at the
 * baseline, the tags, no hooks. Whatever the run does to it stays there. Git, which writes the files
 * meanwhile, leaves a `.git` alone.
 */
export const layRunGit = async (slot: Slot, job: Work, config: UserConfig): Promise<void> => {
  const refs = await refsForRun(job)
  const gitDir = join(slot.workplace, '.git')
  for (const folder of ['objects/info', 'objects/pack', 'refs/heads', 'refs/tags', 'info']) {
    mkdirSync(join(gitDir, folder), { recursive: true })
  }
  const branch = branchOf(job)
  const write = (file: string, text: string): void => writeFileSync(join(gitDir, file), text)
  write('HEAD', branch === null ? `${job.baseline}\n` : `ref: ${branch}\n`)
  write('objects/info/alternates', `${join(job.commonDir, 'objects')}\n`)
  write('packed-refs', refs)
  write(
    'config',
    printConfig([
      ...config.decidesBytes,
      ...config.forTheRun,
      ['core.bare', 'false'],
      ...NO_HOOKS,
      ['core.fsmonitor', 'false'],
      ['gc.auto', '0'],
    ]),
  )
  for (const file of ['shallow', 'info/attributes', 'info/sparse-checkout']) {
    copyIfThere(join(slot.gitDir, file), join(gitDir, file))
  }
}

/** More changes than these are git's. */
const MANY_CHANGES = 2000

export type IndexChanges = Map<string, TreeFile | null>

/** What the run's index is to have otherwise than the slot's own, which has the snapshot's files. */
export const runIndexChanges = async (
  { commonDir, baseline }: Work,
  trees: Trees,
): Promise<IndexChanges> => towards(commonDir, trees, await treeOf(commonDir, baseline))

/** The slot's index with the baseline's files: what the snapshot changed in them shows as unstaged. */
export const layRunIndex = async (slot: Slot, job: Work, changes: IndexChanges): Promise<void> => {
  const gitDir = join(slot.workplace, '.git')
  const index = join(gitDir, 'index')
  if (changes.size > 0 && changes.size <= MANY_CHANGES) {
    const algorithm = job.baseline.length === 40 ? 'sha1' : 'sha256'
    const changed = changeIndex(readFileSync(slot.index), [...changes], algorithm)
    if (changed !== null) {
      writeFileSync(index, changed)
      return
    }
  }
  copyFileSync(slot.index, index)
  if (changes.size === 0) return
  await git(['read-tree', '-m', job.baseline], {
    cwd: slot.workplace,
    place: { gitDir, worktree: slot.workplace },
    env: marked(slot.outermost),
  })
}

const branchOf = ({ branch }: Work): string | null =>
  branch !== null && isRefName(branch) ? `refs/heads/${branch}` : null

/**
 * The run's refs, its branch and the repository's tags, as the text of a packed-refs file. Without
 * the word `sorted` in its first line git takes them in any order.
 */
const refsForRun = async (job: Work): Promise<string> => {
  const branch = branchOf(job)
  const tags = await listTags(job.commonDir)
  const head = branch === null ? '' : `${job.baseline} ${branch}\n`
  return `# pack-refs with: peeled fully-peeled \n${head}${tags}${tags === '' ? '' : '\n'}`
}

/** The tags of a repository. Git makes and renames a file for each change of a ref. */
const listTags = remembered(async (commonDir) => {
  const tags = await gitText(
    [
      'for-each-ref',
      '--format=%(objectname) %(refname)%(if)%(*objectname)%(then)%0a^%(*objectname)%(end)',
      'refs/tags',
    ],
    { place: { gitDir: commonDir } },
  )
  const files = ['packed-refs', 'reftable/tables.list'].map((file) => join(commonDir, file))
  return { value: tags, files: [...files, ...foldersFrom(join(commonDir, 'refs/tags'))] }
})

const foldersFrom = (folder: string): string[] => [
  folder,
  ...(existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : [])
    .filter((entry) => entry.isDirectory())
    .flatMap((entry) => foldersFrom(join(folder, entry.name))),
]

/** What git's check-ref-format says of a branch: the snapshot's word for it is not trusted. */
const isRefName = (name: string): boolean =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused.
  !/[\x00-\x20\x7f~^:?*[\\]|\.\.|@\{|\/\/|^\/|\/$|\.$/.test(name) &&
  name.split('/').every((part) => !part.startsWith('.') && !part.endsWith('.lock'))

const copyIfThere = (from: string, to: string): void => {
  try {
    copyFileSync(from, to)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}
