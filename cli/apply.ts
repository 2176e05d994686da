import { UserError } from '../lib/errors.ts'
import { type AnyExperiment, isForeign } from '../lib/experiment.ts'
import { bringKeptFiles, checkKeptFiles } from '../lib/workspace/kept-files.ts'
import { saveWorkspace } from '../lib/workspace/save.ts'
import { switchFiles } from '../lib/workspace/switch-files.ts'
import { readTreeFiles, stashTrees } from '../lib/workspace/tree-files.ts'
import { findOne } from './find-named.ts'
import { openSession } from './session.ts'

/** Brings a result, or a snapshot, into the workspace, which is saved before. */
export const apply = async (options: {
  name: string
  input?: boolean
  force?: boolean
}): Promise<number> => {
  const session = await openSession()
  const { repository, places } = session
  const experiment = await findOne(session, options.name)
  const result = options.input === true ? null : resultOf(experiment)
  const isForced = options.force === true
  const kept = result === null ? [] : experiment.kept
  if (!isForced) checkKeptFiles(repository.worktree, kept)
  const commit = result ?? snapshotOf(experiment)
  const wanted = await readTreeFiles(
    repository.commonDir,
    result === null ? await stashTrees(repository.commonDir, commit) : [commit],
  )
  const what = `apply ${experiment.name}`
  const saved = await saveWorkspace(
    repository,
    places,
    { before: what, brought: [commit] },
    Date.now(),
  )
  await switchFiles(repository, places, saved.trees, wanted, { removable: new Set(), isForced })
  const missing = bringKeptFiles(places, repository.worktree, kept)
  const part = result === null ? 'the snapshot' : 'the result'
  process.stderr.write(
    `${part} of ${experiment.name} is in the workspace; git exp undo takes it back\n`,
  )
  if (experiment.baseline !== repository.head) {
    process.stderr.write(
      `it stands on ${experiment.baseline.slice(0, 8)}: files that commits changed since are as it had them\n`,
    )
  }
  if (missing.length > 0) {
    process.stderr.write(`no longer kept on this machine: ${missing.join(', ')}\n`)
  }
  return 0
}

/** The result of a success; what failed or waits is brought as it was queued. */
const resultOf = ({ name, state }: AnyExperiment): string | null => {
  if (state.is === 'running') {
    throw new UserError(
      'unknown-experiment',
      `“${name}” is still running`,
      `git exp wait ${name}, or git exp apply --input ${name} for its snapshot`,
    )
  }
  return state.is === 'succeeded' ? state.result : null
}

const snapshotOf = (experiment: AnyExperiment): string => {
  if (!isForeign(experiment)) return experiment.snapshot
  throw new UserError(
    'unknown-experiment',
    `“${experiment.name}” came from elsewhere without its snapshot`,
    'leave out --input to have its result',
  )
}
