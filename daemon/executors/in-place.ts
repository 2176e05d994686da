import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Brought } from '../../lib/command-file.ts'
import { UserError } from '../../lib/errors.ts'
import { gitUntil } from '../../lib/git.ts'
import { attemptFolder } from '../../lib/places.ts'
import { changeRefs } from '../../lib/refs.ts'
import { dropMark, putMark } from '../../lib/workspace/in-place-mark.ts'
import { saveTrees, wholeTrees } from '../../lib/workspace/save.ts'
import type { Daemon } from '../daemon.ts'
import { checkWorkspace, openWorkspace } from '../in-place/check-workspace.ts'
import { putFilesBack } from '../in-place/put-files-back.ts'
import { keepOriginals, readReplacement, type Undo } from '../in-place/replacement.ts'
import { readWanted, writeWanted } from '../in-place/write-overrides.ts'
import type { Job } from '../job.ts'
import type { Executor } from './executor.ts'

/**
 * Runs in the user's own workspace, which is saved before. Of its files only the overridden ones are
 * written, and put back afterwards; whatever else the command does there stays [R13].
 */
export const inPlace = (daemon: Daemon, job: Job): Executor => {
  const { worktree } = job
  if (worktree === null) throw new Error('without a workspace it is refused when it is taken in')
  const folder = attemptFolder(daemon.places, job.id, job.attempt)
  return {
    workplace: worktree,
    materialize: async () => ({
      brought: await gitUntil(daemon.runs.signal(job.id), () =>
        prepareWorkspace(daemon, job, worktree, folder),
      ),
      layers: null,
    }),
    site: () => {
      const replacement = readReplacement(folder)
      if (replacement === null) return null
      const { gitDir, since } = replacement
      if (!existsSync(worktree) || !existsSync(gitDir)) return null
      return {
        workplace: worktree,
        files: worktree,
        gitDir,
        index: join(gitDir, 'index'),
        usersSince: since,
        slot: null,
        laid: null,
      }
    },
    putBack: async (what) => {
      const replacement = readReplacement(folder)
      if (replacement === null || replacement.isPutBack) return []
      const left = putFilesBack(folder, replacement)
      dropMark(replacement.gitDir, folder)
      // Of a run that never began there is nothing to undo.
      if (what === 'nothing ran' && left.length === 0) await forget(job, replacement.undo)
      return left
    },
    keep: () => null,
  }
}

/** Where a daemon that dies leaves a state of its own for the next one. */
export const KILL_POINTS = ['saved', 'recorded', 'drafted', 'written'] as const
export type KillPoint = (typeof KILL_POINTS)[number]

/** The steps before the command; the daemon may be killed between any two of them. */
export const prepareWorkspace = async (
  daemon: Pick<Daemon, 'places' | 'clock'>,
  job: Job,
  worktree: string,
  folder: string,
  killPoint: (name: KillPoint) => void = () => {},
): Promise<Brought> => {
  const repository = await openWorkspace(job, worktree)
  const trees = await wholeTrees(repository, daemon.places).catch(refuseAsChanged)
  const replaced = await checkWorkspace(repository, job, trees)
  const undo = await saveTrees(
    { repository, places: daemon.places },
    trees,
    {
      before: `the in-place run ${job.name}`,
      brought: [],
      runs: { id: job.id, attempt: job.attempt },
    },
    daemon.clock(),
  )
  killPoint('saved')
  const wanted = await readWanted(repository, job, replaced)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const replacement = keepOriginals(folder, repository, undo, wanted, Date.now())
  const holder = putMark(repository.gitDir, { folder, name: job.name })
  if (holder.folder !== folder) {
    throw new UserError(
      'workspace-changed',
      `${holder.name}, of another queue, runs in ${worktree}`,
    )
  }
  killPoint('recorded')
  writeWanted(replacement, wanted, killPoint)
  return {
    linked: job.spec.link,
    copied: job.spec.copy,
    notes: [
      `this runs in the workspace ${worktree}, which is saved as ${undo.oid.slice(0, 12)}`,
      'git exp undo brings tracked and untracked files back as they were; ignored files are not saved',
    ],
  }
}

/** What keeps the workspace from being looked at keeps it from being what was queued. */
const refuseAsChanged = (error: unknown): never => {
  if (!(error instanceof UserError)) throw error
  throw new UserError('workspace-changed', error.message, error.hint)
}

const forget = async ({ commonDir }: Job, { ref, oid }: Undo): Promise<void> => {
  await changeRefs(commonDir, [{ to: 'delete', ref, oid }])
}
