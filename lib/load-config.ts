import { type ConfigReading, readConfig } from './config.ts'
import { UserError } from './errors.ts'
import { type GitPlace, git } from './git.ts'

/** Reads `exp.*` from git config as it is in a folder; `/` has only this user's and machine's. */
export const loadConfig = async (cwd: string, place: GitPlace = {}): Promise<ConfigReading> => {
  const { stdout } = await git(['config', '--list', '-z', '--show-scope', '--show-origin'], {
    cwd,
    place,
  })
  return readConfig(stdout)
}

/** Throws the first problem of a configuration as the user's to put right. */
export const refuseProblems = (reading: ConfigReading): ConfigReading => {
  const [problem] = reading.problems
  if (problem !== undefined) throw new UserError('bad-config', problem)
  return reading
}
