import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { examine } from '../lib/examine.ts'
import { checkRefs } from './check-refs.ts'
import type { Ledger } from './ledger.ts'
import { type ExperimentRow, readRows } from './rows.ts'
import { changed, usersOwn } from './users-own.ts'
import { type Ran, readRan, type World } from './world.ts'

/** What may be asked of a queue in which nothing is under way; gives back what does not hold. */
export const check = async (
  world: World,
  ledger: Ledger,
  before: Record<string, string>,
): Promise<string[]> => {
  const rows = readRows(world.places)
  return [
    ...ledger.faults.splice(0),
    ...checkAccepted(world, ledger, rows),
    ...checkOutcomes(ledger, rows, readRan(world)),
    ...(await checkRefs(world, ledger, rows)),
    ...changed(before, await usersOwn(world)).map((what) => `the user's own: ${what} was changed`),
    ...(await checkGit(world)),
    ...(await checkDoctor(world)),
  ]
}

/** All or none of every add, and what was removed is gone. */
const checkAccepted = ({ places }: World, ledger: Ledger, rows: ExperimentRow[]): string[] => {
  const ids = new Set(rows.map(({ id }) => id))
  const problems: string[] = []
  for (const { id, name, removed } of ledger.accepted) {
    if (removed === 'no' && !ids.has(id)) problems.push(`${name} was accepted and is not there`)
    if (removed !== 'yes') continue
    if (ids.has(id)) problems.push(`${name} was removed and is there`)
    if (existsSync(join(places.runs, id))) problems.push(`${name} was removed; its folder is there`)
  }
  const known = new Set(ledger.accepted.map(({ id }) => id))
  const others = rows.filter(({ id }) => !known.has(id))
  const madeBy = (add: string): ExperimentRow[] =>
    others.filter(({ name }) => name === add || name.startsWith(`${add}-`))
  for (const [name, count] of ledger.unheard) {
    const found = madeBy(name)
    if (found.length !== 0 && found.length !== count) {
      problems.push(`of ${count} of ${name} there are ${found.length}`)
    }
    // From now on they are like any other.
    for (const one of found) ledger.accepted.push({ id: one.id, name: one.name, removed: 'no' })
    if (found.length > 0) ledger.unheard.delete(name)
  }
  for (const name of ledger.refused) {
    if (madeBy(name).length > 0) problems.push(`${name} was refused and is there`)
  }
  return problems
}

/** One outcome each, which is what the runs themselves say; none ran twice. */
const checkOutcomes = ({ harms }: Ledger, rows: ExperimentRow[], ran: Ran[]): string[] => {
  const problems = ran
    .filter(({ what }) => what === 'twice')
    .map(({ id, attempt }) => `${id} attempt ${attempt} ran beside an earlier one`)
  const key = ({ id, attempt }: { id: string; attempt: number }): string => `${id} ${attempt}`
  const started = new Set<string>()
  for (const one of ran.filter(({ what }) => what === 'start')) {
    if (started.has(key(one))) problems.push(`${key(one)} was started twice`)
    started.add(key(one))
  }
  const codes = new Map(ran.filter(({ what }) => what === 'end').map((one) => [key(one), one.code]))
  for (const row of rows) {
    const says = (text: string) => problems.push(`${row.name} (${row.state}) ${text}`)
    const code = codes.get(key(row))
    if (row.state === 'succeeded' && code !== 0) says(`ended with ${code}`)
    if (row.state === 'failed' && code === 0) says('did not fail')
    if (row.state === 'failed' && code !== undefined && code !== row.exitCode) {
      says(`has exit code ${row.exitCode} and ended with ${code}`)
    }
    if (row.state === 'skipped' && row.attempt === 0 && started.has(key(row))) says('was started')
    if (row.state === 'refused' && started.has(key(row))) says('was started')
    if (row.runs.length !== row.attempt) says(`has ${row.runs.length} of ${row.attempt} attempts`)
    for (const run of row.runs) if (run.state === null) says(`attempt ${run.attempt} has no end`)
    if (row.startedAt !== null && row.endedAt !== null && harms.size === 0) {
      if (row.endedAt < row.startedAt) says('ended before it started')
    }
    if (row.state === 'lost' && !harms.has('kill supervisor')) says('was lost for no reason')
  }
  return problems
}

const checkGit = async ({ repo, run }: World): Promise<string[]> => {
  const args = ['fsck', '--no-dangling', '--no-progress', '--connectivity-only']
  const { exitCode, stdout, stderr } = await run('git', args, { cwd: repo.path })
  return exitCode === 0 ? [] : [`git fsck ended with ${exitCode}: ${stdout}${stderr}`]
}

/** What the rounds themselves bring about: a small disk, and a clock that jumps. */
const EXPECTED = ['disk', 'config', 'clock']

const checkDoctor = async ({ places }: World): Promise<string[]> =>
  (await examine(places, null))
    .filter(({ is, what }) => is === 'fault' && !EXPECTED.includes(what))
    .map(({ what, text }) => `doctor: ${what}: ${text}`)
