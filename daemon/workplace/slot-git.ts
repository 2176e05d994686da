import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { git, gitText } from '../../lib/git.ts'
import { NO_HOOKS } from '../../lib/no-hooks.ts'
import type { Slot } from './slot.ts'
import { printConfig, type Setting, type UserConfig } from './user-config.ts'

/**
 * Makes or renews the daemon's own git dir of a slot. It borrows the user's objects and takes what
 * decides how a file is written; when any of that has changed, the index is dropped, so that every
 * file is written anew.
 */
export const prepareSlotGit = async (
  slot: Slot,
  commonDir: string,
  worktree: string | null,
  config: UserConfig,
): Promise<void> => {
  if (!existsSync(join(slot.gitDir, 'HEAD'))) {
    rmSync(slot.gitDir, { recursive: true, force: true })
    const format = config.decidesBytes.find(([key]) => /objectformat$/i.test(key))?.[1]
    await git([
      'init',
      '--quiet',
      '--bare',
      '--template=',
      `--object-format=${format ?? 'sha1'}`,
      slot.gitDir,
    ])
  }
  const info = join(slot.gitDir, 'info')
  mkdirSync(info, { recursive: true })
  const changed = [
    keepFile(join(slot.gitDir, 'objects', 'info', 'alternates'), `${commonDir}/objects\n`),
    keepFile(join(slot.gitDir, 'shallow'), read(join(commonDir, 'shallow'))),
    keepFile(join(info, 'attributes'), read(join(commonDir, 'info', 'attributes'))),
    keepFile(join(info, 'sparse-checkout'), await sparsePatterns(commonDir, worktree, config)),
    keepFile(
      join(slot.gitDir, 'config'),
      printConfig([...config.decidesBytes, ...OUR_SETTINGS, lfsStore(commonDir, config)]),
    ),
    keepFile(join(slot.folder, 'written-with'), config.everywhere),
  ].some((isNew) => isNew)
  if (changed) rmSync(slot.index, { force: true })
}

/** Git LFS takes content from the user's own store, and puts there what a result points to. */
const lfsStore = (commonDir: string, config: UserConfig): Setting => {
  const given = config.decidesBytes.findLast(([key]) => /^lfs\.storage$/i.test(key))?.[1] ?? 'lfs'
  return ['lfs.storage', resolve(commonDir, given)]
}

/** Also where the user's own say otherwise: that each file is looked at, and nothing else touched. */
const OUR_SETTINGS: Setting[] = [
  ...NO_HOOKS,
  ['core.fsmonitor', 'false'],
  ['core.untrackedCache', 'false'],
  ['core.trustctime', 'true'],
  ['core.checkStat', 'default'],
  ['core.ignoreStat', 'false'],
  ['submodule.recurse', 'false'],
  ['gc.auto', '0'],
]

/** Ignores these paths in slot and run beside what the user ignores: links and copies of ours [R18]. */
export const exclude = (slot: Slot, commonDir: string, paths: string[]): void => {
  const text = `${read(join(commonDir, 'info', 'exclude')) ?? ''}\n${excludeLines(paths)}`
  keepFile(join(slot.gitDir, 'info', 'exclude'), text)
  writeFileSync(join(slot.workplace, '.git', 'info', 'exclude'), text)
}

/** Patterns without a trailing slash: a link to a folder is no folder to git. */
const excludeLines = (paths: string[]): string =>
  paths.map((path) => `/${path.replace(/[*?[\]\\!# ]/g, '\\$&')}\n`).join('')

const sparsePatterns = async (
  commonDir: string,
  worktree: string | null,
  config: UserConfig,
): Promise<string | null> => {
  const isSparse = config.decidesBytes.some(
    ([key, value]) => /^core\.sparsecheckout$/i.test(key) && value === 'true',
  )
  if (!isSparse) return null
  const gitDir =
    worktree === null
      ? commonDir
      : await gitText(['rev-parse', '--absolute-git-dir'], { cwd: worktree })
  return read(join(gitDir, 'info', 'sparse-checkout'))
}

/** Makes a file hold this text, or be absent; says whether that was news. */
const keepFile = (file: string, text: string | null): boolean => {
  if (read(file) === text) return false
  if (text === null) rmSync(file, { force: true })
  else writeFileSync(file, text)
  return true
}

const read = (file: string): string | null => {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return null
  }
}
