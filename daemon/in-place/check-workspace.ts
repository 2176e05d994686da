import type { Trees } from '../../lib/capture/trees.ts'
import { listPaths, looksSecret } from '../../lib/capture/untracked.ts'
import { parseCommit, readObjects } from '../../lib/cat-file.ts'
import { environmentForRuns } from '../../lib/environment.ts'
import { UserError } from '../../lib/errors.ts'
import { findRepository, type Repository } from '../../lib/repository.ts'
import { parseSnapshotMessage, type Replaced } from '../../lib/snapshot.ts'
import { readTreeFiles, stashTrees, type TreeFiles } from '../../lib/workspace/tree-files.ts'
import type { Job } from '../job.ts'

/** Finds the workspace that an experiment was queued from, if it is still one of its repository's. */
export const openWorkspace = async (job: Job, worktree: string): Promise<Repository> => {
  const env = environmentForRuns(process.env)
  const found = await findRepository(worktree, env).catch((error: unknown) => {
    throw new UserError('workspace-changed', `the workspace ${worktree}: ${messageOf(error)}`)
  })
  if (found.commonDir === job.commonDir && found.worktree === worktree) return found
  throw new UserError('workspace-changed', `${worktree} is no longer a workspace of its repository`)
}

/**
 * The workspace must be the snapshot less its overrides (law 6); gives back the files that these
 * change. Throws `UserError` with the files that differ.
 */
export const checkWorkspace = async (
  repository: Repository,
  job: Job,
  trees: Trees,
): Promise<Replaced[]> => {
  const { commonDir } = repository
  const replaced = await replacedFiles(job)
  const now = await readTreeFiles(commonDir, treesOf(trees))
  const queued = await readTreeFiles(commonDir, await stashTrees(commonDir, job.snapshot))
  const differing = differences(now, lessOverrides(queued, replaced))
  if (differing.length === 0) return replaced
  throw new UserError(
    'workspace-changed',
    `the workspace was changed since it was queued: ${listPaths(differing)}`,
    'bring it back (git stash, git exp undo) and git exp retry, or queue it without --in-place',
  )
}

const replacedFiles = async ({ commonDir, snapshot }: Job): Promise<Replaced[]> => {
  const [commit] = await readObjects(commonDir, [snapshot])
  if (commit?.type !== 'commit') throw new UserError('git', `${snapshot} is not in the repository`)
  return parseSnapshotMessage(parseCommit(commit.content).message).replaced
}

const treesOf = ({ tracked, untracked }: Trees): string[] =>
  untracked === null ? [tracked] : [tracked, untracked]

const lessOverrides = (queued: TreeFiles, replaced: Replaced[]): TreeFiles => {
  const files: TreeFiles = new Map(queued)
  for (const { path, original } of replaced) {
    const key = Buffer.from(path).toString('latin1')
    const mode = queued.get(key)?.mode ?? '100644'
    if (original === null) files.delete(key)
    else files.set(key, { mode, oid: original })
  }
  return files
}

/** Whether a file is tracked does not matter, as little as it does to a command. */
const differences = (now: TreeFiles, wanted: TreeFiles): string[] =>
  [...new Set([...now.keys(), ...wanted.keys()])].filter((path) => {
    const [one, other] = [now.get(path), wanted.get(path)]
    // No snapshot has these unless it was told to.
    if (other === undefined && looksSecret(path)) return false
    return one?.mode !== other?.mode || one?.oid !== other?.oid
  })

const messageOf = (error: unknown): string => (error as Error).message
