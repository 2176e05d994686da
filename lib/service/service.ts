import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { UserError } from '../errors.ts'
import { program } from '../package.ts'
import type { Places } from '../places.ts'

/** What a service manager is told to keep running. All paths are absolute. */
export interface Service {
  /** Program and arguments. */
  argv: string[]
  env: Record<string, string>
  /** What the daemon prints is added to this file. */
  log: string
}

/** Who starts programs for a user in the background. */
export type Manager = 'systemd' | 'launchd'

/** Variables that say where the user's folders and programs are; the rest is of one shell alone. */
const KEPT = ['PATH', 'LANG', 'XDG_CACHE_HOME', 'XDG_CONFIG_HOME', 'GIT_CONFIG_GLOBAL']

/** The daemon as a service: this very Node, this package, and the PATH of the shell that asks. */
export const daemonService = (places: Places, env: NodeJS.ProcessEnv): Service => ({
  argv: [process.execPath, program('daemon/main'), '--stay'],
  env: {
    ...Object.fromEntries(
      KEPT.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])),
    ),
    GIT_EXP_HOME: places.home,
  },
  log: places.daemonLog,
})

/** Where the manager looks for what a user installs. */
export const serviceFile = (manager: Manager, env: NodeJS.ProcessEnv): string => {
  const home = env.HOME || homedir()
  if (manager === 'launchd') return join(home, 'Library/LaunchAgents', `${LABEL}.plist`)
  const config = env.XDG_CONFIG_HOME ?? ''
  return join(isAbsolute(config) ? config : join(home, '.config'), 'systemd/user', UNIT)
}

export const UNIT = 'git-exp.service'
export const LABEL = 'io.github.git-exp'

/** Stands in each file of ours, so that another maker's is never overwritten or removed. */
export const MARK = 'git-exp service 1'

/** Neither format can hold such characters in a path. */
export const refuseControl = (text: string): string => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (!/[\0-\x1f\x7f]/.test(text)) return text
  throw new UserError(
    'file',
    `${JSON.stringify(text)} has a control character in it, which no service file can hold`,
    'install git-exp, or set the variable, without it',
  )
}
