import { UserError } from '../lib/errors.ts'
import { changeRefs } from '../lib/refs.ts'
import { saveWorkspace } from '../lib/workspace/save.ts'
import { switchFiles } from '../lib/workspace/switch-files.ts'
import { readTreeFiles, stashTrees } from '../lib/workspace/tree-files.ts'
import { listUndo } from '../lib/workspace/undo-refs.ts'
import { openSession } from './session.ts'
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
  const broughtTrees = await Promise.all(last.brought.map((oid) => stashTrees(commonDir, oid)))
  const brought = await readTreeFiles(commonDir, broughtTrees.flat())
  const saved = await saveWorkspace(
    repository,
    places,
    `undo of ${last.before}`,
    [last.oid],
    Date.now(),
  )
  const removable = new Set([...brought.keys()].filter((path) => !wanted.has(path)))
  await switchFiles(repository, places, saved.trees, wanted, { removable, isForced: false })
  await changeRefs(commonDir, [{ to: 'delete', ref: last.ref, oid: last.oid }])
  process.stderr.write(`the workspace is as it was before ${last.before}\n`)
  return 0
}
