import type Database from 'better-sqlite3'
import { foldName } from '../lib/names.ts'

/** What verbs on records look at before they change one. */
export interface RecordRow {
  number: number
  id: string
  commonDir: string
  name: string
  baseline: string
  snapshot: string
  state: string
  attempt: number
  result: string | null
  tags: string
}

/** The SQL of the verbs that change records, beside the queue's own. */
export type Records = ReturnType<typeof openRecords>

export const openRecords = (db: Database.Database) => {
  const find = db.prepare<[string], RecordRow>(`
    select number, experiment.id, common_dir as commonDir, name, baseline, snapshot, state, attempt, result,
      tags
    from experiment join repository on repository.id = experiment.repository
    where experiment.id = ?`)
  const hold = db.prepare("update experiment set state = 'held' where id = ? and state = 'queued'")
  const release = db.prepare(
    "update experiment set state = 'queued' where id = ? and state = 'held'",
  )
  const retry = db.prepare(`
    update experiment set state = 'queued', reason_code = null, reason_text = null,
      stop_asked_at = null, started_at = null, ended_at = null, exit_code = null, signal = null,
      result = null, metrics = '{}', kept = '[]', workplace = null, env = coalesce(:env, env)
    where number = :number and state not in ('queued', 'held', 'running')`)
  const rename = db.prepare(
    'update experiment set name = :name, folded_name = :foldedName where number = :number',
  )
  const star = db.prepare('update experiment set starred = ? where id = ?')
  const tag = db.prepare('update experiment set tags = ? where id = ?')
  const note = db.prepare('update experiment set note = ? where id = ?')
  const attempts = db.prepare<[number], { attempt: number; result: string | null }>(
    'select attempt, result from run where experiment = ?',
  )
  const dropRuns = db.prepare('delete from run where experiment = ?')
  const drop = db.prepare('delete from experiment where number = ?')
  const siblings = db
    .prepare<[string], string>(`
      select id from experiment
      where ticket = (select ticket from experiment where id = ?) order by number`)
    .pluck()

  return {
    find: (id: string): RecordRow | null => find.get(id) ?? null,
    hold: (id: string): boolean => hold.run(id).changes > 0,
    release: (id: string): boolean => release.run(id).changes > 0,
    retry: (number: number, env: string | null): boolean => retry.run({ number, env }).changes > 0,
    rename: (number: number, name: string): void => {
      rename.run({ number, name, foldedName: foldName(name) })
    },
    star: (id: string, isOn: boolean): void => {
      star.run(Number(isOn), id)
    },
    tag: (id: string, tags: string[]): void => {
      tag.run(JSON.stringify(tags), id)
    },
    note: (id: string, text: string): void => {
      note.run(text === '' ? null : text, id)
    },
    attempts: (number: number): { attempt: number; result: string | null }[] =>
      attempts.all(number),
    /** The experiments that one ticket queued, this one among them. */
    siblings: (id: string): string[] => siblings.all(id),
    remove: db.transaction((number: number): void => {
      dropRuns.run(number)
      drop.run(number)
    }),
  }
}
