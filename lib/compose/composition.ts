import { posix } from 'node:path'
import type { Override } from '../overrides/override.ts'
import { OverrideError } from '../overrides/override-error.ts'
import type { ParsedOverride } from '../overrides/parse.ts'
import { refuseComposition } from '../overrides/refuse-composition.ts'
import { type Choice, type Glob, isSweep } from '../overrides/sweep.ts'
import type { Repository } from '../repository.ts'
import type { Tree } from '../spec/tree.ts'
import { compose } from './compose.ts'
import { type ConfigFolder, openConfigFolder } from './config-folder.ts'
import { matching } from './glob-options.ts'
import { printConfig } from './print.ts'
import { findHydra } from './settings.ts'

/** A parameter file that is composed of Hydra's configs. */
export interface Composition {
  /** The file, relative to the repository's root. */
  params: string
  /** Whether an override without a file, or with this one, is about it. */
  isAbout: (file: string | null) => boolean
  folder: ConfigFolder
  /** The file's text for one experiment. Throws `UserError`. */
  compose: (overrides: readonly Override[]) => string
}

/** What is composed for an experiment that is queued from the repository's folder; null for nothing. */
export const findComposition = async (
  tree: Tree,
  { worktree, workdir }: Pick<Repository, 'worktree' | 'workdir'>,
  env: NodeJS.ProcessEnv,
): Promise<Composition | null> => {
  const hydra = await findHydra(tree, workdir)
  if (hydra === null) return null
  const folder = openConfigFolder(worktree, hydra.configDir)
  return {
    params: hydra.params,
    isAbout: (file) => file === null || posix.join(workdir, file) === hydra.params,
    folder,
    compose: (overrides) =>
      printConfig(hydra.params, compose(folder, hydra.configName, overrides, env)),
  }
}

/** An override with its `glob` made a choice of options; refuses groups where nothing is composed. */
export const inGroups = (
  composition: Composition | null,
  parsed: ParsedOverride,
): ParsedOverride => {
  if (composition?.isAbout(parsed.file) !== true) {
    refuseComposition(parsed)
    return parsed
  }
  const { value } = parsed
  if (!isSweep(value) || value.kind !== 'glob') return parsed
  return { ...parsed, value: optionsOf(composition.folder, parsed, value) }
}

const optionsOf = (folder: ConfigFolder, parsed: ParsedOverride, glob: Glob): Choice => {
  const group = parsed.path.join('.')
  const options = folder.options(group)
  const names = matching(options, glob)
  if (names.length > 0) {
    const values = names.map((value) => ({ type: 'string' as const, value, quote: null }))
    return { kind: 'choice', values, simple: true, shuffle: false, tags: [] }
  }
  throw new OverrideError({
    argument: parsed.text,
    position: parsed.valueAt,
    fault: 'empty',
    rule: folder.hasGroup(group)
      ? `no option of ${group} matches; there are ${options.join(', ') || 'none'}`
      : `${group} is no config group in ${folder.path}, and only a group has options to pick from`,
  })
}
