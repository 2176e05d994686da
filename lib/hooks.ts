import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { UserError } from './errors.ts'
import { replaceFile } from './files.ts'
import { gitText } from './git.ts'
import { type HookManager, isLinked, managerOf } from './hook-managers.ts'
import { packageRoot, program } from './package.ts'
import type { Places } from './places.ts'
import type { Repository } from './repository.ts'

/** The hooks of Git's that we have something to do in. */
export const HOOKS = ['post-commit', 'post-rewrite', 'post-merge'] as const
export type HookName = (typeof HOOKS)[number]

/** One hook of a repository, and what stands there. */
export interface Hook {
  name: HookName
  /** Where git looks for it, `core.hooksPath` included. */
  file: string
  /** Where ours is: that very file, or a place of its own that another tool's hook runs. */
  ours: string
  manager: HookManager | null
  state: HookState
}

export type HookState =
  | { is: 'absent' }
  /** Another maker's, and plain: ours can run it. */
  | { is: 'foreign' }
  /** Another tool's, which writes the file anew whenever it likes and must run ours. */
  | { is: 'managed' }
  /** `isCurrent`: as this git-exp would write it, and run by whoever must run it. */
  | { is: 'ours'; isCurrent: boolean; isRun: boolean; before: string | null }

export const findHooks = async (repository: Repository, places: Places): Promise<Hook[]> => {
  const { gitDir, worktree, commonDir } = repository
  const folder = await gitText(['rev-parse', '--path-format=absolute', '--git-path', 'hooks'], {
    cwd: worktree,
    place: { gitDir },
    isUsersOwn: true,
  })
  return HOOKS.map((name) => {
    const file = join(folder, name)
    const text = readIfThere(file)
    const manager = text !== null && OURS.test(text) ? null : managerOf(file, text)
    const ours = manager === null ? file : join(commonDir, 'git-exp', name)
    const found = readIfThere(ours)
    return {
      name,
      file,
      ours,
      manager,
      state: stateOf(found, {
        isManaged: manager !== null,
        isCurrent: found === hookText(name, places),
        isRun: manager === null || isLinked(manager, worktree, name),
        before: isThere(beforeOf(file)) ? beforeOf(file) : null,
      }),
    }
  })
}

const stateOf = (
  text: string | null,
  facts: { isManaged: boolean; isCurrent: boolean; isRun: boolean; before: string | null },
): HookState => {
  const { isManaged, ...own } = facts
  if (text !== null && OURS.test(text)) return { is: 'ours', ...own }
  if (isManaged) return { is: 'managed' }
  return { is: text === null ? 'absent' : 'foreign' }
}

/** Writes our hook; a plain one that was there steps aside and is run first. */
export const installHook = (hook: Hook, places: Places): void => {
  const { ours, state } = hook
  mkdirSync(dirname(ours), { recursive: true })
  if (state.is === 'foreign') {
    const before = beforeOf(ours)
    if (isThere(before)) {
      throw new UserError(
        'bad-config',
        `there is a ${hook.name} hook of another maker, and one that stepped aside before: ${before}`,
        'keep one of the two, then install again',
      )
    }
    renameSync(ours, before)
  }
  replaceFile(ours, hookText(hook.name, places), { mode: 0o755 })
  chmodSync(ours, 0o755)
}

/** Removes our hook and puts back what stood there before; says whether there was one of ours. */
export const removeHook = ({ ours, state }: Hook): boolean => {
  if (state.is !== 'ours') return false
  if (state.before !== null && dirname(state.before) === dirname(ours)) {
    renameSync(state.before, ours)
  } else {
    rmSync(ours)
  }
  return true
}

/** With the absolute paths it needs, since a GUI's PATH may be bare. */
const hookText = (name: HookName, places: Places): string => {
  const template = readFileSync(join(packageRoot(), 'hooks', name), 'utf8')
  const words: Record<string, string> = {
    script: join(packageRoot(), 'hooks', 'enqueue-commit'),
    home: places.home,
    node: process.execPath,
    daemon: program('daemon/main'),
  }
  return template.replace(/@(\w+)@/g, (_, word: string) => shellQuote(words[word] ?? ''))
}

const beforeOf = (file: string): string => `${file}.before-git-exp`

/** Also a link that leads nowhere is there. */
const isThere = (file: string): boolean => lstatSync(file, { throwIfNoEntry: false }) !== undefined

const readIfThere = (file: string): string | null => {
  if (!isThere(file)) return null
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}

const OURS = /^# git-exp hook \d+ /m

const shellQuote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`
