import { resolveNames } from './cat-file.ts'
import { type AnyExperiment, isForeign } from './experiment.ts'
import { gitText } from './git.ts'

/**
 * The code of two experiments as a patch, or as a summary: tracked files, then untracked ones. Of
 * drivers that a repository's attributes name none is run.
 */
export const codeDiff = async (
  commonDir: string,
  from: AnyExperiment,
  to: AnyExperiment,
  options: { isStat: boolean; hasColour: boolean },
): Promise<string> => {
  const [old, young] = codeOf(from, to)
  const [fromUntracked, toUntracked] = await resolveNames(commonDir, [
    `${old}^3^{tree}`,
    `${young}^3^{tree}`,
  ])
  const empty = await emptyTree(commonDir)
  const parts = [
    await patch(commonDir, `${old}^{tree}`, `${young}^{tree}`, options),
    fromUntracked === toUntracked
      ? ''
      : await patch(commonDir, fromUntracked ?? empty, toUntracked ?? empty, options),
  ]
  return parts.filter((part) => part !== '').join('\n')
}

/** Snapshots; results where one of the two has nothing else, and the other one has a result too. */
const codeOf = (from: AnyExperiment, to: AnyExperiment): [string, string] =>
  !isForeign(from) && !isForeign(to)
    ? [from.snapshot, to.snapshot]
    : [resultOrSnapshot(from), resultOrSnapshot(to)]

const resultOrSnapshot = (one: AnyExperiment): string =>
  isForeign(one) ? one.state.result : ('result' in one.state && one.state.result) || one.snapshot

const patch = (
  commonDir: string,
  from: string,
  to: string,
  { isStat, hasColour }: { isStat: boolean; hasColour: boolean },
): Promise<string> =>
  gitText(
    [
      'diff-tree',
      '-r',
      '--no-ext-diff',
      '--no-textconv',
      `--color=${hasColour ? 'always' : 'never'}`,
      ...(isStat ? ['--stat'] : ['--patch']),
      '--end-of-options',
      from,
      to,
    ],
    { place: { gitDir: commonDir } },
  )

const emptyTree = (commonDir: string): Promise<string> =>
  gitText(['hash-object', '-t', 'tree', '--stdin'], { place: { gitDir: commonDir }, input: '' })
