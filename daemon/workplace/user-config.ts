import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { parseListing } from '../../lib/config-listing.ts'
import { withoutCredentials } from '../../lib/remote/without-credentials.ts'
import { configListing } from '../config-listing.ts'

/** A setting of the user's repository: its full key in git's spelling, and its value. */
export type Setting = [key: string, value: string]

/** What of the repository's own config decides the bytes of a checkout (law 5, R4). */
const DECIDES_BYTES =
  /^(?:core\.(?:autocrlf|eol|safecrlf|symlinks|filemode|ignorecase|precomposeunicode|attributesfile|excludesfile|sparsecheckout|sparsecheckoutcone)|filter\..+|lfs\..+|extensions\.(?:objectformat|partialclone))$/i
const FOR_THE_RUN =
  /^(?:user\..+|remote\..+\.(?:url|fetch)|branch\..+\.(?:remote|merge)|submodule\..+\.(?:url|active))$/i
const PROMISES = /^(?:extensions\.partialclone|remote\..+\.promisor)$/i

export interface UserConfig {
  /** For the daemon's git dir and for the run's. */
  decidesBytes: Setting[]
  /** For the run's git dir alone: it may push nowhere and knows no password. */
  forTheRun: Setting[]
  /** What decides bytes wherever it is set, the user's own attributes among it: when it changes,
   * files that lie in a slot may be wrong. */
  everywhere: string
  /** Whether objects may be absent that a remote has promised. */
  isPartial: boolean
}

/** Reads the repository's own settings; global ones reach a workplace as they reach any folder. */
export const readUserConfig = async (commonDir: string): Promise<UserConfig> => {
  const settings: Setting[] = []
  const everywhere: Setting[] = []
  for (const { scope, key, value: given } of parseListing(await configListing(commonDir))) {
    const value = given ?? 'true'
    if (DECIDES_BYTES.test(key)) everywhere.push([key, value])
    if (scope === 'local' || scope === 'worktree') settings.push([key, value])
  }
  const remotes = settings
    .filter(([key]) => FOR_THE_RUN.test(key))
    .map(([key, value]): Setting => [key, /\.url$/i.test(key) ? withoutCredentials(value) : value])
  const noPush = remotes
    .filter(([key]) => /^remote\..+\.url$/i.test(key))
    .map(([key]): Setting => [key.replace(/url$/i, 'pushurl'), 'no_push'])
  return {
    decidesBytes: settings.filter(([key]) => DECIDES_BYTES.test(key)),
    forTheRun: [...remotes, ...noPush],
    isPartial: settings.some(([key]) => PROMISES.test(key)),
    everywhere: JSON.stringify([everywhere, attributeFiles(everywhere, process.env).map(textOf)]),
  }
}

/** Where git looks for attributes outside of a repository. */
const attributeFiles = (settings: Setting[], env: NodeJS.ProcessEnv): string[] => {
  const home = env.HOME ?? homedir()
  const given = settings.findLast(([key]) => /^core\.attributesfile$/i.test(key))?.[1]
  const usual = join(env.XDG_CONFIG_HOME || join(home, '.config'), 'git', 'attributes')
  return ['/etc/gitattributes', given === undefined ? usual : given.replace(/^~(?=\/)/, home)]
}

const textOf = (file: string): string | null => {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}

/** The text of a git config file with these settings. */
export const printConfig = (settings: Setting[]): string => {
  const hasExtensions = settings.some(([key]) => /^extensions\./i.test(key))
  return [
    ['core.repositoryformatversion', hasExtensions ? '1' : '0'] satisfies Setting,
    ...settings,
  ]
    .map(([key, value]) => {
      const section = key.slice(0, key.indexOf('.'))
      const name = key.slice(key.lastIndexOf('.') + 1)
      const sub = key.slice(section.length + 1, -name.length - 1)
      const head = sub === '' ? `[${section}]` : `[${section} "${escaped(sub)}"]`
      return `${head}\n\t${name} = "${escaped(value).replace(/\n/g, '\\n')}"\n`
    })
    .join('')
}

const escaped = (text: string): string => text.replace(/[\\"]/g, '\\$&')
