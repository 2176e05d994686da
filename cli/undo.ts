import { UserError } from '../lib/errors.ts'
import type { Places } from '../lib/places.ts'
import { changeRefs } from '../lib/refs.ts'
import { saveWorkspace } from '../lib/workspace/save.ts'
import { switchFiles } from '../lib/workspace/switch-files.ts'
import { readTreeFiles, stashTrees } from '../lib/workspace/tree-files.ts'
import { listUndo, type UndoEntry } from '../lib/workspace/undo-refs.ts'
import { openSession, withHistory } from './session.ts'
import { plainText, printTable } from './table.ts'

/**
 * Brings tracked and untracked files back as they were saved last. What is there now is saved in
 * turn, so that a second undo takes the first back. Ignored files are not saved and not touched.
 */
export const undo = async (options: { list?: boolean }): Promise<number> => {
  const { repository, places } = await openSession()
  const entries = await listUndo(repository)
  if (options.list === true) {
    process.stdout.write(
      printTable(
        [
          { head: 'saved', cells: entries.map(({ savedAt }) => new Date(savedAt).toISOString()) },
          { head: 'before', cells: entries.map(({ before }) => plainText(before)) },
          { head: 'commit', cells: entries.map(({ oid }) => oid.slice(0, 12)) },
        ],
        null,
      ),
    )
    return 0
  }
  const [last] = entries
  if (last === undefined) {
    throw new UserError('unknown-experiment', 'nothing was saved in this worktree', null)
  }
  const { commonDir } = repository
  const wanted = await readTreeFiles(commonDir, await stashTrees(commonDir, last.oid))
  const made = await madeInPlace(places, last)
  const commits = [...last.brought, ...made.commits]
  const broughtTrees = await Promise.all(commits.map((oid) => stashTrees(commonDir, oid)))
  const brought = await readTreeFiles(commonDir, broughtTrees.flat())
  const saved = await saveWorkspace(
    repository,
    places,
    { before: `undo of ${last.before}`, brought: [last.oid] },
    Date.now(),
  )
  const removable = new Set([...brought.keys(), ...made.kept].filter((path) => !wanted.has(path)))
  await switchFiles(repository, places, saved.trees, wanted, { removable, isForced: false })
  await changeRefs(commonDir, [{ to: 'delete', ref: last.ref, oid: last.oid }])
  process.stderr.write(`the workspace is as it was before ${last.before}\n`)
  return 0
}

/** What a run in the workspace itself left there, as far as it is known: its result knows it. */
const madeInPlace = async (
  places: Places,
  { ran }: UndoEntry,
): Promise<{ commits: string[]; kept: string[] }> => {
  const found = ran === null ? null : await withHistory(places, (history) => history?.byId(ran))
  const state = found?.state
  const result = state !== undefined && 'result' in state ? state.result : null
  return {
    commits: result === null ? [] : [result],
    kept: (found?.kept ?? []).map(({ path }) => Buffer.from(path).toString('latin1')),
  }
}
