import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { git } from '../lib/git.ts'
import { remembered } from './remembered.ts'

/** One setting, wherever it stands. */
export interface ListedSetting {
  scope: string
  /** `file:…` and the like. */
  origin: string
  /** The section and the name in lower case. */
  key: string
  /** A key without a value means true. */
  value: string
}

/** What `git config --list -z --show-scope --show-origin` prints of a repository. */
export const configListing = remembered(async (commonDir) => {
  const args = ['config', '--list', '-z', '--show-scope', '--show-origin']
  const { stdout } = await git(args, { cwd: '/', place: { gitDir: commonDir } })
  return { value: stdout, files: filesOf(commonDir, parseListing(stdout)) }
})

export const parseListing = (listing: Buffer): ListedSetting[] => {
  const fields = listing.toString().split('\0')
  const settings: ListedSetting[] = []
  for (let i = 0; i + 2 < fields.length; i += 3) {
    const [key = '', ...lines] = (fields[i + 2] ?? '').split('\n')
    const value = lines.length === 0 ? 'true' : lines.join('\n')
    settings.push({ scope: fields[i] ?? '', origin: fields[i + 1] ?? '', key, value })
  }
  return settings
}

/** Each file that was read, and each that git would read if it were there. */
const filesOf = (commonDir: string, settings: ListedSetting[]): string[] => {
  const home = process.env.HOME ?? homedir()
  const fileOf = (origin: string): string => resolve('/', origin.replace(/^file:/, ''))
  const included = settings
    .filter(({ key }) => /^include(?:if\..*)?\.path$/s.test(key))
    .map(({ origin, value }) => resolve(dirname(fileOf(origin)), value.replace(/^~(?=\/)/, home)))
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
