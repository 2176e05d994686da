import { posix } from 'node:path'
import { UserError } from '../errors.ts'
import { existing, folderOf } from './conventions.ts'
import { type DvcFacts, readDvcYaml } from './dvc-yaml.ts'
import { readNearest } from './nearest-file.ts'
import type { Tree } from './tree.ts'

export interface DvcProject extends Omit<DvcFacts, 'leftOut'> {
  /** Null when there is no dvc.yaml. */
  command: string | null
  /** Brings what DVC caches into a workplace; in the workspace it is. Null with no dvc.yaml. */
  setup: string | null
  notes: string[]
}

/**
 * What the nearest dvc.yaml adds. One that cannot be read stops only an experiment whose command
 * it would have given.
 */
export const findDvcProject = async (
  tree: Tree,
  from: string,
  hasCommand: boolean,
): Promise<DvcProject> => {
  try {
    const found = await readNearest(tree, { from, name: 'dvc.yaml' }, readDvcYaml)
    if (found === null) return none
    const { params, metrics, outputs, leftOut } = found.said
    return {
      command: dvcCommand(found.path, from),
      setup: CHECKOUT,
      params: await existing(tree, params),
      metrics,
      outputs,
      notes: leftOut.map((path) => `${found.path}: left out ${JSON.stringify(path)}, as ${why}.`),
    }
  } catch (error) {
    if (!hasCommand || !(error instanceof UserError)) throw error
    return { ...none, notes: [`${error.message}; the file is left aside.`] }
  }
}

/** In the user's workspace nothing is touched: there what DVC caches is as the user has it. */
const CHECKOUT =
  'case "$PWD/" in "$GIT_EXP_WORKSPACE"/*) ;; *) dvc checkout --quiet --allow-missing ;; esac'

const none: DvcProject = {
  command: null,
  setup: null,
  params: [],
  metrics: [],
  outputs: [],
  notes: [],
}

const why = 'it is no fixed path inside the repository'

/** DVC looks for its file only where it is called. */
const dvcCommand = (path: string, from: string): string =>
  folderOf(path) === from ? 'dvc repro' : `dvc repro ${posix.relative(from, path)}`
