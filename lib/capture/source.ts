import { parseCommit, readObjects, resolveNames } from '../cat-file.ts'
import { UserError } from '../errors.ts'
import type { Override } from '../overrides/override.ts'
import { parseOverride } from '../overrides/parse.ts'
import { isValue } from '../overrides/sweep.ts'
import type { Repository } from '../repository.ts'
import { parseSnapshotMessage, type Replaced, type SnapshotFacts } from '../snapshot.ts'
import type { EditedFile } from './commit-snapshots.ts'
import type { Trees } from './trees.ts'

/** A snapshot that others are made of, in place of the workspace. */
export interface Source {
  oid: string
  /** The repository as it was when the snapshot was made: its commit, branch and folder. */
  repository: Repository
  trees: Trees
  facts: SnapshotFacts
}

/** Opens a snapshot. Throws `UserError` where it is not in this repository. */
export const openSource = async (repository: Repository, oid: string): Promise<Source> => {
  const { commonDir } = repository
  const [object] = await readObjects(commonDir, [oid])
  const [tracked, index, untracked = null] = await resolveNames(
    commonDir,
    ['', '^2', '^3'].map((parent) => `${oid}${parent}^{tree}`),
  )
  if (object?.type !== 'commit' || tracked == null || index == null) {
    throw new UserError(
      'unknown-experiment',
      'its snapshot is not in this repository',
      'fetch it from where it ran',
    )
  }
  const facts = parseSnapshotMessage(parseCommit(object.content).message)
  const { baseline: head, branch, workdir } = facts
  return {
    oid,
    repository: { ...repository, head, branch, workdir },
    trees: { index, tracked, untracked, notes: [] },
    facts,
  }
}

/** All that is overridden in a snapshot made of another, as `-S` takes it: the newer of a key holds. */
export const withFormer = (former: string[], own: Override[], print: (one: Override) => string) => [
  ...former.filter((text) => !own.some((one) => supersedes(one, text))),
  ...own.map(print),
]

const supersedes = ({ file, path, operation, value }: Override, text: string): boolean => {
  const former = parseOverride(text)
  // These add to what is there.
  if (operation === 'extend-list' || value?.type === 'dict') return false
  const isAbove = path.every((part, i) => former.path[i] === part)
  return former.file === file && isAbove && (former.value === null || isValue(former.value))
}

/** What the workspace had in place of the files that either has changed. */
export const replacedSince = (former: Replaced[], edited: EditedFile[]): Replaced[] => {
  const before = new Map(former.map(({ path, original }) => [path, original]))
  for (const { path, original } of edited) {
    if (!before.has(path)) before.set(path, original)
  }
  return [...before].map(([path, original]) => ({ path, original }))
}
