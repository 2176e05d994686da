import { type ConfigReading, readConfig } from './config.ts'
import { UserError } from './errors.ts'
import { type GitPlace, git } from './git.ts'

/** Reads `exp.*` from git config: of a repository, or with no place of this user and machine. */
export const loadConfig = async (place: GitPlace | null): Promise<ConfigReading> => {
  const { stdout } = await git(['config', '--list', '-z', '--show-scope', '--show-origin'], {
    cwd: '/',
    ...(place === null ? {} : { place }),
  })
  return readConfig(stdout)
}

/** Throws the first problem of a configuration as the user's to put right. */
export const refuseProblems = (reading: ConfigReading): ConfigReading => {
  const [problem] = reading.problems
  if (problem !== undefined) throw new UserError('bad-config', problem)
  return reading
}
