import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where workplaces are unless `exp.workplaces` says otherwise. */
export const defaultWorkplaces = (env: NodeJS.ProcessEnv): string =>
  join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache'), 'git-exp', 'workplaces')
