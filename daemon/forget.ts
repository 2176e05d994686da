import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { UserError } from '../lib/errors.ts'
import { gitText } from '../lib/git.ts'
import { changeRefs } from '../lib/refs.ts'
import type { Daemon } from './daemon.ts'
import { note } from './events.ts'
import { removeKeptWorkplace } from './keep-workplace.ts'

/**
 * Removes all that there is of a repository's experiments: refs first, then rows, then folders; a
 * second call after a crash finds the rest. Results that others made under `refs/exps/` stay.
 * Throws `UserError` while one runs.
 */
export const forget = async (daemon: Daemon, commonDir: string): Promise<void> => {
  const { records, places } = daemon
  const rows = records.ofRepository(commonDir)
  const running = rows.find(({ state }) => state === 'running')
  if (running !== undefined) {
    throw new UserError(
      'refused-by-daemon',
      `“${running.name}” is running: git exp stop ${running.name}`,
    )
  }
  const ours = new Set(records.resultsOf(commonDir))
  const refs = await gitText(
    ['for-each-ref', '--format=%(objectname) %(refname)', 'refs/git-exp', 'refs/exps'],
    { place: { gitDir: commonDir } },
  )
  const gone = refs
    .split('\n')
    .map((line) => ({
      oid: line.slice(0, line.indexOf(' ')),
      ref: line.slice(line.indexOf(' ') + 1),
    }))
    .filter(({ ref, oid }) => ref.startsWith('refs/git-exp/') || ours.has(oid))
  const isDone = await changeRefs(
    commonDir,
    gone.map(({ ref, oid }) => ({ to: 'delete', ref, oid })),
  )
  if (!isDone) throw new UserError('refused-by-daemon', 'its refs were changed meanwhile')
  for (const { id, workplace } of rows) removeKeptWorkplace(id, workplace)
  records.forgetRepository(commonDir)
  for (const { id } of rows) rmSync(join(places.runs, id), { recursive: true, force: true })
  note('forget', { repository: commonDir, experiments: rows.length })
}
