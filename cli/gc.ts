import { stateText } from '../lib/describe.ts'
import { UserError } from '../lib/errors.ts'
import { type Holding, holdingsToFree, type Policy } from '../lib/gc.ts'
import { findHooks, removeHook } from '../lib/hooks.ts'
import { recordTicket } from '../lib/record-ticket.ts'
import { request } from '../lib/request.ts'
import { undoRefsBefore } from '../lib/workspace/undo-refs.ts'
import { allExperiments } from './all-experiments.ts'
import { ask } from './ask.ts'
import { requestInParts } from './change-records.ts'
import { openSession, type Session } from './session.ts'
import { plainText, printTable, terminalWidth } from './table.ts'

export interface GcOptions extends Policy {
  forget?: boolean
  dryRun?: boolean
  yes?: boolean
}

/** For so long a saved workspace can be brought back. */
const UNDO_MS = 90 * 86_400_000

/**
 * Frees what experiments hold besides their records and results, after it has said what that is.
 * With `forget` removes all that there is of git exp in this repository.
 */
export const gc = async (options: GcOptions): Promise<number> => {
  const session = await openSession()
  if (options.forget === true) return forgetAll(session, options)
  const { places, repository } = session
  const nowMs = Date.now()
  const holdings = holdingsToFree(await allExperiments(session), options, nowMs)
  const undoBefore = nowMs - UNDO_MS
  const undo = await undoRefsBefore(repository.commonDir, undoBefore)
  process.stdout.write(holdings.length === 0 ? '' : listText(holdings, nowMs))
  process.stderr.write(totalText(holdings, undo.length))
  if (!(await isMeant(options, 'free this?', 'nothing was freed'))) return 0
  const experiments = holdings.map(({ experiment }) => experiment)
  for await (const _ of requestInParts(session, 'free', experiments)) {
    // Each part is short, so that what else is asked of the daemon goes between.
  }
  const last = recordTicket('free', repository.commonDir, [], { value: String(undoBefore) })
  await request(places, last, Date.now())
  process.stderr.write('freed\n')
  return 0
}

const forgetAll = async (session: Session, options: GcOptions): Promise<number> => {
  const { places, repository } = session
  if (options.all !== true) {
    throw new UserError(
      'usage',
      '--forget removes every experiment of this repository, not a part of them',
      'git exp gc --all --forget, or git exp rm for some',
    )
  }
  const { length } = await allExperiments(session)
  process.stderr.write(
    `${length} experiments of this repository, with their results, logs and snapshots, the saved workspaces of git exp undo, and the hooks\n`,
  )
  if (!(await isMeant(options, 'remove all of it, for good?', 'nothing was removed'))) return 0
  for (const hook of await findHooks(repository, places)) removeHook(hook)
  await request(places, recordTicket('forget', repository.commonDir, []), Date.now())
  process.stderr.write('removed; exp.yaml and what git config says of exp.* are yours and stay\n')
  return 0
}

/** Asks where somebody is there; otherwise only what was said outright is done. */
const isMeant = async (
  { dryRun, yes }: GcOptions,
  question: string,
  refused: string,
): Promise<boolean> => {
  if (dryRun === true) return false
  if (yes === true) return true
  const answer = await ask(question)
  if (answer === true) return true
  process.stderr.write(`${refused}${answer === null ? '; --yes does it' : ''}\n`)
  return false
}

const listText = (holdings: Holding[], nowMs: number): string =>
  printTable(
    [
      { head: '#', cells: holdings.map(({ experiment }) => String(experiment.number ?? '')) },
      { head: 'name', cells: holdings.map(({ experiment }) => experiment.name) },
      {
        head: 'state',
        cells: holdings.map(({ experiment }) => plainText(stateText(experiment.state, nowMs))),
      },
      { head: 'files', cells: holdings.map((one) => sizeText(one.fileBytes)), align: 'right' },
      {
        head: 'workplace',
        cells: holdings.map((one) => sizeText(one.workplaceBytes)),
        align: 'right',
      },
      { head: 'failures', cells: holdings.map((one) => String(one.failures)), align: 'right' },
    ],
    terminalWidth(),
  )

const totalText = (holdings: Holding[], undo: number): string => {
  const sum = (of: (one: Holding) => number) => holdings.reduce((all, one) => all + of(one), 0)
  return `${[
    `of ${holdings.length} experiments, whose records, logs and results stay:`,
    `  ${sizeText(sum((one) => one.fileBytes))} of files in the store, but for those that others have too`,
    `  ${sizeText(sum((one) => one.workplaceBytes))} of kept workplaces`,
    `  what ${sum((one) => one.failures)} failed attempts left`,
    `and ${undo} workspaces saved for git exp undo, older than 90 days`,
    ...(holdings.length === 0
      ? ['(choose experiments by --older, --keep, --larger, --state, --all)']
      : []),
  ].join('\n')}\n`
}

const sizeText = (bytes: number): string =>
  bytes < 1024 * 1024 ? `${Math.ceil(bytes / 1024)} kB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`
