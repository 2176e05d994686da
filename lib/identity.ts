import type { ListedSetting } from './config-listing.ts'
import { GitError, gitText } from './git.ts'

/** Who a commit is by. */
export interface Identity {
  name: string
  email: string
}

/**
 * Who git would take for the committer, as far as settings and variables tell. Null where git has to
 * be asked: where they do not, and where git would leave characters out of what they say.
 */
export const identityIn = (settings: ListedSetting[], env: NodeJS.ProcessEnv): Identity | null => {
  const said = (variable: string, name: string): string =>
    env[variable] ?? lastOf(settings, `committer.${name}`) ?? lastOf(settings, `user.${name}`) ?? ''
  const name = said('GIT_COMMITTER_NAME', 'name')
  const email = said('GIT_COMMITTER_EMAIL', 'email')
  const isDated = env.GIT_COMMITTER_DATE !== undefined
  return isPlain(name) && isPlain(email) && !isDated ? { name, email } : null
}

const lastOf = (settings: ListedSetting[], key: string): string | undefined =>
  settings.findLast((setting) => setting.key === key)?.value ?? undefined

/** Git leaves some characters out at both ends, and some anywhere. */
const isPlain = (text: string): boolean =>
  /^[^\s.,:;<>"\\'](?:[^<>]*[^\s.,:;<>"\\'])?$/.test(text) &&
  Buffer.from(text).every((byte) => byte >= 32)

/** As a commit has it, with the time and its zone here. */
const signature = ({ name, email }: Identity, nowMs: number): string => {
  const west = new Date(nowMs).getTimezoneOffset()
  const minutes = Math.abs(west)
  const zone = `${Math.floor(minutes / 60)}`.padStart(2, '0') + `${minutes % 60}`.padStart(2, '0')
  return `${name} <${email}> ${Math.floor(nowMs / 1000)} ${west > 0 ? '-' : '+'}${zone}`
}

/** The committer as a commit has it; of nobody who is known, what git itself says. */
export const committer = async (
  identity: Identity | null,
  gitDir: string,
  nowMs: number,
): Promise<string> => (identity === null ? askSignature(gitDir, nowMs) : signature(identity, nowMs))

/** What git says, or stash's own where nobody is set up. */
export const askSignature = async (gitDir: string, nowMs: number): Promise<string> => {
  try {
    return (await gitText(['var', 'GIT_COMMITTER_IDENT'], { place: { gitDir } })).trim()
  } catch (error) {
    if (!(error instanceof GitError)) throw error
    return `git <git@stash> ${Math.floor(nowMs / 1000)} +0000`
  }
}
