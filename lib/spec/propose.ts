import * as conventions from './conventions.ts'
import { findDvcProject } from './dvc-project.ts'
import type { Tree } from './tree.ts'

/** What a new exp.yaml may say. Paths are relative to the root. */
export interface Proposal {
  /** Null when nothing looks like a command. */
  command: string | null
  params: string[]
  metrics: string[]
  link: string[]
}

/** Programs that are nearly always what is run, the likeliest first. */
const PROGRAMS: [string, string][] = [
  ['train.py', 'python train.py'],
  ['src/train.py', 'python src/train.py'],
  ['main.py', 'python main.py'],
  ['run.py', 'python run.py'],
  ['train.sh', 'sh train.sh'],
  ['run.sh', 'sh run.sh'],
  ['train.mjs', 'node train.mjs'],
  ['train.js', 'node train.js'],
  ['train.R', 'Rscript train.R'],
  ['train.jl', 'julia train.jl'],
]

/** Looks at the root of a repository. With a dvc.yaml its own word counts. */
export const propose = async (tree: Tree): Promise<Proposal> => {
  const dvc = await findDvcProject(tree, '', true)
  const [program] = await conventions.existing(
    tree,
    PROGRAMS.map(([path]) => path),
  )
  const params = dvc.params.length > 0 ? dvc.params : await conventions.findParams(tree, [''])
  const metrics =
    dvc.metrics.length > 0
      ? dvc.metrics
      : await conventions.existing(tree, conventions.metricsNames)
  return {
    command: dvc.command ?? PROGRAMS.find(([path]) => path === program)?.[1] ?? null,
    params,
    metrics,
    link: await conventions.findLinks(tree, ['']),
  }
}

/** The text of an exp.yaml. What was not found is there as a comment, to be filled in. */
export const printProposal = ({
  command,
  params,
  metrics,
  link,
}: Proposal & { command: string }): string =>
  `# What an experiment of this repository is. Without a key, what it says is looked for by name.
cmd: ${JSON.stringify(command)}
${list('params', params, 'params.yaml', 'files that -S edits')}${list('metrics', metrics, 'metrics.json', 'files that git exp show reads')}${list('link', link, 'data', 'ignored paths that runs share with the workspace')}# outputs: [model.pt]   # kept with the result even where Git ignores them
# setup: uv sync        # run before the command
# timeout: 2h
`

const list = (key: string, paths: string[], example: string, what: string): string =>
  paths.length === 0
    ? `# ${key}: [${example}]   # ${what}\n`
    : `${key}: [${paths.map((path) => JSON.stringify(path)).join(', ')}]   # ${what}\n`
