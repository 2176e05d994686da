import { resolveNames } from './cat-file.ts'
import type { Experiment } from './experiment.ts'
import { gitText } from './git.ts'

/**
 * The code of two experiments as a patch, or as a summary: tracked files, then untracked ones. Of
 * drivers that a repository's attributes name none is run.
 */
export const codeDiff = async (
  commonDir: string,
  from: Experiment,
  to: Experiment,
  options: { isStat: boolean; hasColour: boolean },
): Promise<string> => {
  const [fromUntracked, toUntracked] = await resolveNames(commonDir, [
    `${from.snapshot}^3^{tree}`,
    `${to.snapshot}^3^{tree}`,
  ])
  const empty = await emptyTree(commonDir)
  const parts = [
    await patch(commonDir, `${from.snapshot}^{tree}`, `${to.snapshot}^{tree}`, options),
    fromUntracked === toUntracked
      ? ''
      : await patch(commonDir, fromUntracked ?? empty, toUntracked ?? empty, options),
  ]
  return parts.filter((part) => part !== '').join('\n')
}

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
