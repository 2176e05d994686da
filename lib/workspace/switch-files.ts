import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { copyIndex, dropIndex } from '../capture/private-index.ts'
import type { Trees } from '../capture/trees.ts'
import { UserError } from '../errors.ts'
import { GitError, git, gitText } from '../git.ts'
import type { Places } from '../places.ts'
import type { Repository } from '../repository.ts'
import { readTreeFiles, type TreeFiles, writeTreeOf } from './tree-files.ts'

/**
 * Makes the workspace's files those of `wanted`; only what differs is written. Untracked files that
 * are not in it stay, but for those in `removable`. The user's index stays as it is. An ignored file
 * in the way, which nothing has saved, makes it refuse unless `isForced`.
 */
export const switchFiles = async (
  repository: Repository,
  places: Places,
  trees: Trees,
  wanted: TreeFiles,
  options: { removable: ReadonlySet<string>; isForced: boolean },
): Promise<void> => {
  const untracked =
    trees.untracked === null
      ? new Map()
      : await readTreeFiles(repository.commonDir, [trees.untracked])
  const staying = [...untracked].filter(([path]) => !options.removable.has(path))
  const scratch = join(places.scratch, `index-${randomUUID()}`)
  const place = { gitDir: repository.gitDir, worktree: repository.worktree }
  const next = await writeTreeOf(place, scratch, new Map([...staying, ...wanted]))
  const index = copyIndex(`${repository.gitDir}/index`, places.scratch)
  const call = { cwd: repository.worktree, place: { ...place, index } }
  try {
    await git(['add', '--update', '--', ':/'], call)
    await git(['update-index', '--add', '--remove', '-z', '--stdin'], {
      ...call,
      input: Buffer.from([...untracked.keys()].map((path) => `${path}\0`).join(''), 'latin1'),
    })
    const now = await gitText(['write-tree'], call)
    await (options.isForced
      ? git(['read-tree', '--reset', '-u', next], call)
      : git(['read-tree', '-m', '-u', now, next], call))
  } catch (error) {
    if (!(error instanceof GitError) || error.args[0] !== 'read-tree') throw error
    throw new UserError(
      'capture-failed',
      `files are in the way that cannot be saved:\n${error.stderr.trim()}`,
      'move them away, or overwrite them with --force',
    )
  } finally {
    dropIndex(index)
  }
}
