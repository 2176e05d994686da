import type Database from 'better-sqlite3'
import type { State } from '../lib/experiment.ts'

/** What is looked at of an experiment before its repository is forgotten. */
export interface ForgottenRow {
  id: string
  name: string
  state: State['is']
  workplace: string | null
}

/** The SQL that forgets a repository. */
export const openForgetting = (db: Database.Database) => {
  const REPOSITORY = '(select id from repository where common_dir = ?)'
  const ofRepository = db.prepare<[string], ForgottenRow>(
    `select id, name, state, workplace from experiment where repository = ${REPOSITORY}`,
  )
  const resultsOf = db
    .prepare<[string, string], string>(`
      select result from experiment where result is not null and repository = ${REPOSITORY}
      union select run.result from run where run.result is not null
      and repository = ${REPOSITORY}`)
    .pluck()
  const forgetRuns = db.prepare(`delete from run where repository = ${REPOSITORY}`)
  const forgetExperiments = db.prepare(`delete from experiment where repository = ${REPOSITORY}`)
  const forgetRepository = db.prepare('delete from repository where common_dir = ?')

  return {
    ofRepository: (commonDir: string): ForgottenRow[] => ofRepository.all(commonDir),
    /** The results of a repository's experiments, those of all attempts. */
    resultsOf: (commonDir: string): string[] => resultsOf.all(commonDir, commonDir),
    forgetRepository: db.transaction((commonDir: string): void => {
      for (const forget of [forgetRuns, forgetExperiments, forgetRepository]) forget.run(commonDir)
    }),
  }
}
