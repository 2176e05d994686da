import type { ConfigReading } from '../lib/config.ts'
import { UserError } from '../lib/errors.ts'
import { type History, openHistory } from '../lib/history.ts'
import { loadConfig } from '../lib/load-config.ts'
import { makePlaces, movedFromNetwork, type Places, places } from '../lib/places.ts'
import { findRepository, type Repository } from '../lib/repository.ts'
import { settle } from '../lib/settle.ts'
import { upgradeTables } from '../lib/upgrade-tables.ts'

/** What nearly every verb stands on. */
export interface Session {
  repository: Repository
  places: Places
}

/** For verbs that act on the configuration. */
export interface ConfiguredSession extends Session {
  reading: ConfigReading
}

/** Finds the repository and the state folder. Inside a run both are those that queued it (law 16). */
export const openSession = async (): Promise<Session> => {
  const found = openPlaces()
  await upgradeTables(found)
  return { places: found, repository: await findHere() }
}

/** The same, with what git config says; both questions are asked at once. */
export const openConfiguredSession = (): Promise<ConfiguredSession> => configured(openPlaces())

/** The same, for what only looks: no folder is made, and the places may not be there. */
export const openUntouchedSession = (): Promise<ConfiguredSession> => configured(places())

const configured = async (found: Places): Promise<ConfiguredSession> => {
  await upgradeTables(found)
  const [repository, reading] = await settle<[Repository, ConfigReading]>([
    findHere(),
    loadConfig(folderHere()),
  ])
  return { places: found, repository, reading }
}

const openPlaces = (): Places => {
  const found = makePlaces(places())
  if (movedFromNetwork(found)) {
    process.stderr.write(`git exp: the home folder is on a network; state is in ${found.home}\n`)
  }
  return found
}

const folderHere = (): string =>
  isInsideRun(process.env) ? (process.env.GIT_EXP_WORKSPACE ?? '') : process.cwd()

const findHere = (): Promise<Repository> =>
  findRepository(folderHere(), isInsideRun(process.env) ? {} : process.env)

export const isInsideRun = (env: NodeJS.ProcessEnv): boolean =>
  Boolean(env.GIT_EXP_ID && env.GIT_EXP_WORKSPACE)

/** `add` inside a run is nearly always an accident: a training script that commits, for one. */
export const refuseInsideRun = (isNested: boolean): void => {
  if (!isInsideRun(process.env) || isNested) return
  throw new UserError(
    'inside-a-run',
    `this is inside the run of “${process.env.GIT_EXP_NAME}”`,
    'to queue from a run on purpose: git exp add --nested',
  )
}

/**
 * Opens the history for one question and closes it again. Asked after the spool was read, each
 * experiment is in one of them: of two moments it could be in both, taken in between.
 */
export const withHistory = async <T>(
  found: Places,
  ask: (history: History | null) => T | Promise<T>,
): Promise<T> => {
  const history = openHistory(found)
  try {
    history?.freeze()
    return await ask(history)
  } finally {
    history?.close()
  }
}
