import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { type ListedSetting, parseListing } from '../lib/config-listing.ts'
import { git } from '../lib/git.ts'
import { remembered } from './remembered.ts'

/** What `git config --list -z --show-scope --show-origin` prints of a repository. */
export const configListing = remembered(async (commonDir) => {
  const args = ['config', '--list', '-z', '--show-scope', '--show-origin']
  const { stdout } = await git(args, { cwd: '/', place: { gitDir: commonDir } })
  return { value: stdout, files: filesOf(commonDir, parseListing(stdout)) }
})

/** Each file that was read, and each that git would read if it were there. */
const filesOf = (commonDir: string, settings: ListedSetting[]): string[] => {
  const home = process.env.HOME ?? homedir()
  const fileOf = (origin: string): string => resolve('/', origin.replace(/^file:/, ''))
  const included = settings
    .filter(({ key }) => /^include(?:if\..*)?\.path$/s.test(key))
    .map(({ origin, value }) =>
      resolve(dirname(fileOf(origin)), (value ?? '').replace(/^~(?=\/)/, home)),
    )
  return [
    ...new Set([
      // Which branch it is on decides what is included.
      ...['config', 'config.worktree', 'HEAD'].map((file) => join(commonDir, file)),
      process.env.GIT_CONFIG_SYSTEM ?? '/etc/gitconfig',
      process.env.GIT_CONFIG_GLOBAL ?? join(home, '.gitconfig'),
      join(process.env.XDG_CONFIG_HOME || join(home, '.config'), 'git', 'config'),
      ...settings
        .map(({ origin }) => origin)
        .filter((origin) => origin.startsWith('file:'))
        .map(fileOf),
      ...included,
    ]),
  ]
}
