import { chmodSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { UserError } from './errors.ts'
import { replaceFile } from './files.ts'
import { gitText } from './git.ts'
import { packageRoot, program } from './package.ts'
import type { Places } from './places.ts'
import type { Repository } from './repository.ts'

/** What stands where our hook would. */
export type HookState = { is: 'absent' } | { is: 'ours' } | { is: 'foreign' }

/** The post-commit hook's file as git would run it, `core.hooksPath` included. */
export const hookFile = async ({ gitDir, worktree }: Repository): Promise<string> => {
  const folder = await gitText(['rev-parse', '--path-format=absolute', '--git-path', 'hooks'], {
    cwd: worktree,
    place: { gitDir },
    isUsersOwn: true,
  })
  return join(folder, 'post-commit')
}

export const hookState = (file: string): HookState => {
  try {
    const isOurs = OURS.test(readFileSync(file, 'utf8'))
    return { is: isOurs ? 'ours' : 'foreign' }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { is: 'absent' }
    throw error
  }
}

/** Writes our hook, with the absolute paths it needs, since a GUI's PATH may be bare. */
export const installHook = (file: string, places: Places): void => {
  if (hookState(file).is === 'foreign') {
    throw new UserError(
      'bad-config',
      `there is a post-commit hook of another maker: ${file}`,
      'git exp installs its own only where there is none',
    )
  }
  const template = readFileSync(join(packageRoot(), 'hooks', 'post-commit'), 'utf8')
  const words: Record<string, string> = {
    script: join(packageRoot(), 'hooks', 'enqueue-commit'),
    home: places.home,
    node: process.execPath,
    daemon: program('daemon/main'),
  }
  const text = template.replace(/@(\w+)@/g, (_, word: string) => shellQuote(words[word] ?? ''))
  replaceFile(file, text, { mode: 0o755 })
  chmodSync(file, 0o755)
}

/** Removes our hook; says whether there was one. */
export const removeHook = (file: string): boolean => {
  if (hookState(file).is !== 'ours') return false
  rmSync(file)
  return true
}

const OURS = /^# git-exp hook \d+ /m

const shellQuote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`
