import { describeEditable, findEditableInstalls } from '../lib/editable.ts'
import type { Repository } from '../lib/repository.ts'
import type { Executor } from '../lib/snapshot.ts'
import { lackingNotes } from '../lib/spec/lacking.ts'
import type { Spec } from '../lib/spec/spec.ts'
import type { Tree } from '../lib/spec/tree.ts'

/** Where an experiment is going to run. */
interface Destination {
  repository: Repository
  /** The workspace's files; null where it is made of another experiment. */
  tree: Tree | null
  executor: Executor
}

/** What its user may have to know of how it is going to run: sentences. */
export interface Advice {
  /** What is not installed there. */
  lacking: string[]
  /** Where it runs, or what of this folder it uses all the same. */
  place: string[]
}

/** Looks through the folders that its programs lie in. */
export const adviseOn = async (
  { repository, tree, executor }: Destination,
  spec: Spec,
): Promise<Advice> => {
  if (executor === 'in-place') return { lacking: [], place: [IN_PLACE] }
  if (executor === 'celery') return { lacking: [], place: [ON_CLUSTER] }
  const { worktree: workspace, workdir } = repository
  const { command } = spec
  const lacking = tree === null ? [] : await lackingNotes(tree, spec, workdir, process.env)
  const note = describeEditable(
    findEditableInstalls({ workspace, workdir, command, env: process.env }),
  )
  return { lacking, place: note === null ? [] : [note] }
}

const IN_PLACE =
  'runs in this workspace, which is saved before: git exp undo brings it back, but for ignored files'

const ON_CLUSTER =
  'runs on a worker of the cluster, in its environment; git exp status tells how far it is'
