import { parseCommit, readObjects } from '../lib/cat-file.ts'
import { UserError } from '../lib/errors.ts'
import { changeRefs } from '../lib/refs.ts'
import { parseTrailers } from '../lib/trailers.ts'
import { saveWorkspace } from '../lib/workspace/save.ts'
import { switchFiles } from '../lib/workspace/switch-files.ts'
import { readTreeFiles, stashTrees } from '../lib/workspace/tree-files.ts'
import { listUndo, type UndoEntry } from '../lib/workspace/undo-refs.ts'
import { openSession, type Session, withHistory } from './session.ts'
import { plainText, printTable } from './table.ts'

/**
 * Brings tracked and untracked files back as they were saved last. What is there now is saved in
 * turn, so that a second undo takes the first back. Ignored files are not saved and not touched.
 */
export const undo = async (options: { list?: boolean }): Promise<number> => {
  const session = await openSession()
  const { repository, places } = session
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
  const made = await madeInPlace(session, last)
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
  { places, repository }: Session,
  { ran }: UndoEntry,
): Promise<{ commits: string[]; kept: string[] }> => {
  if (ran === null) return { commits: [], kept: [] }
  const result = await withHistory(places, (history) => history?.resultOf(ran) ?? null)
  const [commit] = result === null ? [] : await readObjects(repository.commonDir, [result])
  if (commit?.type !== 'commit') return { commits: [], kept: [] }
  const [files] = parseTrailers(parseCommit(commit.content).message).get('Exp-Files') ?? []
  const kept = Array.isArray(files) ? (files as ({ path?: unknown } | null)[]) : []
  return {
    commits: [commit.oid],
    kept: kept.map((file) => Buffer.from(String(file?.path)).toString('latin1')),
  }
}
