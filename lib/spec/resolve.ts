import { UserError } from '../errors.ts'
import * as conventions from './conventions.ts'
import { describeSpec, listPaths } from './describe.ts'
import { findDvcProject } from './dvc-project.ts'
import { readExpYaml } from './exp-yaml.ts'
import { readFlags, type SpecFlags } from './flags.ts'
import { readNearest } from './nearest-file.ts'
import { isGlob } from './repository-path.ts'
import { parseSpec, type Resources, type Spec } from './spec.ts'
import type { Tree } from './tree.ts'

export interface Question {
  tree: Tree
  /** Where `add` was typed, relative to the root; '' is the root. */
  workdir: string
  /** What was typed: an argv after `--`, a line for the shell with `-c`. */
  commandLine: { argv: string[] } | { shell: string } | null
  flags: SpecFlags
  /** The parameter file that is composed, if one is: overrides without a file are about it. */
  composed?: string | null
}

export interface Answer {
  spec: Spec
  /** One line for people. */
  detected: string
  /** Sentences about what they may not expect. */
  notes: string[]
}

/** Decides what the experiment is: flags before exp.yaml before dvc.yaml before file names. */
export const resolveSpec = async (question: Question): Promise<Answer> => {
  const { tree, commandLine, flags, composed = null } = question
  const [workdir = ''] = conventions.upward(question.workdir)
  const exp = await readNearest(tree, { from: workdir, name: 'exp.yaml' }, readExpYaml)
  const given = merge(exp?.said ?? {}, readFlags(flags, workdir))
  const written = typedCommand(commandLine) ?? given.command ?? null
  const dvc = await findDvcProject(tree, workdir, written !== null)
  const command = written ?? dvc.command
  if (command === null) throw noCommand(exp?.path ?? null, workdir)

  const folders = [...(exp === null ? [] : [conventions.folderOf(exp.path)]), workdir, '']
  const metrics = given.metrics ?? someOrNull(dvc.metrics)
  const params =
    given.params ?? someOrNull(dvc.params) ?? (await conventions.findParams(tree, folders))
  // Reading it back checks sizes, and fills in what nobody said.
  const spec = parseSpec(
    JSON.stringify({
      ...given,
      command,
      setup: given.setup ?? (written === null ? dvc.setup : null),
      params: [...new Set([...(composed === null ? [] : [composed]), ...params])],
      metrics: given.metrics ?? [
        ...dvc.metrics,
        // DVC finds what DVCLive writes without being told, whatever else there is.
        ...conventions.inFolders(
          folders,
          dvc.metrics.length > 0 ? [conventions.liveMetrics] : conventions.metricsNames,
        ),
      ],
      outputs: given.outputs ?? dvc.outputs,
      link: given.link ?? (await conventions.findLinks(tree, folders)),
    }),
  )
  const found = metrics === null ? await expectedMetrics(tree, spec.metrics) : listPaths(metrics)
  return {
    spec,
    detected: describeSpec(spec, found),
    notes: [
      ...(await absentNotes(
        tree,
        (given.params ?? []).filter((path) => path !== composed),
      )),
      ...dvc.notes,
    ],
  }
}

/** An experiment as it was, but for what is said now. */
export const changeSpec = (
  former: Spec,
  { commandLine, flags, workdir }: Pick<Question, 'commandLine' | 'flags' | 'workdir'>,
): Spec => {
  const merged = merge(former, readFlags(flags, workdir))
  return parseSpec(
    JSON.stringify({ ...merged, command: typedCommand(commandLine) ?? former.command }),
  )
}

const merge = (file: Partial<Spec>, flags: Partial<Spec>): Partial<Spec> => ({
  ...file,
  ...flags,
  env: { ...file.env, ...flags.env },
  resources: mergeResources(file.resources ?? null, flags.resources ?? null),
})

/** What a flag says holds, for the rest what the file says. */
const mergeResources = (file: Resources | null, flags: Resources | null): Resources | null =>
  file === null || flags === null
    ? (flags ?? file)
    : {
        gpus: flags.gpus ?? file.gpus,
        cpus: flags.cpus ?? file.cpus,
        memoryBytes: flags.memoryBytes ?? file.memoryBytes,
        slots: { ...file.slots, ...flags.slots },
      }

const typedCommand = (typed: Question['commandLine']): Spec['command'] | null => {
  if (typed === null) return null
  const command = 'argv' in typed ? typed.argv : typed.shell
  return command.length === 0 ? null : command
}

const noCommand = (expYaml: string | null, workdir: string): UserError => {
  const where = workdir === '' ? '' : ` in ${workdir} or a folder above it`
  return new UserError(
    'no-command',
    expYaml === null
      ? `no command was given, and there is neither exp.yaml nor dvc.yaml${where} to take one from`
      : `no command was given, ${expYaml} has no \`cmd\`, and there is no dvc.yaml${where}`,
    'say what to run: git exp add -- CMD, or put `cmd: CMD` into exp.yaml',
  )
}

const someOrNull = (paths: string[]): string[] | null => (paths.length === 0 ? null : paths)

/** Of names that a run may write, those already there tell most. */
const expectedMetrics = async (tree: Tree, candidates: string[]): Promise<string> => {
  const there = await conventions.existing(tree, candidates)
  return there.length > 0 ? listPaths(there) : `${candidates[0]} or the like, once written`
}

const absentNotes = async (tree: Tree, params: string[]): Promise<string[]> => {
  const there = new Set(await conventions.existing(tree, params))
  return params
    .filter((path) => !there.has(path) && !isGlob(path))
    .map((path) => `The params file ${path} does not exist.`)
}
