import type Database from 'better-sqlite3'
import type { Dependency } from '../lib/dependency.ts'
import type { State } from '../lib/experiment.ts'

export type Gate = 'open' | 'pending' | 'shut'

/** One that comes after another, as that other's record sees it. */
export interface DependentRow {
  number: number
  id: string
  state: State['is']
  attempt: number
  /** Where this dependency alone stands, and what it asks for. */
  gate: Gate
  must: Dependency['must']
}

/** One that can no longer start, and the first reason for it. */
export interface ShutRow {
  number: number
  id: string
  attempt: number
  after: string
  afterState: State['is']
}

/** The SQL about who comes after whom. */
export const openDependencies = (db: Database.Database) => {
  const dependencies = db.prepare<[string], Dependency>(`
    select other.id as id, must from dependency join experiment as other on other.number = after
    where experiment = (select number from experiment where id = ?) order by after`)
  const dependents = db.prepare<[number], DependentRow>(`
    select number, id, state, attempt, dependency_gate.gate as gate, must
    from dependency_gate join experiment on number = dependency_gate.experiment
    where dependency_gate.after = ? order by number`)
  const revivable = db.prepare<[number], { number: number; id: string }>(`
    select number, id from experiment join dependency on experiment = number
    where after = ? and state = 'skipped' and reason_code = 'dependency' and gate <> 'shut'`)
  const shut = db.prepare<[], ShutRow>(`
    select own.number, own.id, own.attempt, other.name as after, other.state as afterState
    from experiment as own join experiment as other on other.number = (
      select min(after) from dependency_gate where experiment = own.number and gate = 'shut')
    where own.gate = 'shut' and own.state in ('queued', 'held')`)
  const skip = db.prepare(`
    update experiment set state = 'skipped', reason_code = 'dependency', reason_text = :text,
      ended_at = :now
    where number = :number and state in ('queued', 'held')`)

  return {
    /** What an experiment comes after. */
    dependencies: (id: string): Dependency[] => dependencies.all(id),
    /** Who comes after an experiment. */
    dependents: (number: number): DependentRow[] => dependents.all(number),
    /** Those that were skipped because of what this one stands for no longer. */
    revivable: (number: number): { number: number; id: string }[] => revivable.all(number),
    /** Those that wait for what will not come. */
    shut: (): ShutRow[] => shut.all(),
    skip: (number: number, text: string, now: number): boolean =>
      skip.run({ number, text, now }).changes > 0,
  }
}
