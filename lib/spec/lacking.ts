import { upward } from './conventions.ts'
import type { Spec } from './spec.ts'
import type { Tree } from './tree.ts'

/** What installs a lock file's packages, and where they then are. */
interface Installer {
  setup: string
  folders: string[]
  /** Whatever the command says of it itself. */
  tool: RegExp
  /** Variables of a shell in which an environment is active: a run has it too. */
  active: string[]
}

const ACTIVE_PYTHON = ['VIRTUAL_ENV', 'CONDA_PREFIX']

const python = (setup: string, tool: RegExp): Installer => ({
  setup,
  folders: ['.venv', 'venv'],
  tool,
  active: ACTIVE_PYTHON,
})

const node = (setup: string, tool: RegExp): Installer => ({
  setup,
  folders: ['node_modules'],
  tool,
  active: [],
})

const installers: Record<string, Installer> = {
  'uv.lock': python('uv sync', /\buvx?\b/),
  'poetry.lock': python('poetry install', /\bpoetry\b/),
  'pdm.lock': python('pdm install', /\bpdm\b/),
  'Pipfile.lock': python('pipenv sync', /\bpipenv\b/),
  'pixi.lock': { ...python('pixi install', /\bpixi\b/), folders: ['.pixi'] },
  'package-lock.json': node('npm ci', /\bnpm (?:ci|i|install)\b/),
  'yarn.lock': node('yarn install --immutable', /\byarn install\b/),
  'pnpm-lock.yaml': node('pnpm install --frozen-lockfile', /\bpnpm (?:i|install)\b/),
}

/**
 * Sentences that name the packages a run will probably lack: a lock file says which, and nothing
 * that the run is given has them.
 */
export const lackingNotes = async (
  tree: Tree,
  spec: Spec,
  workdir: string,
  env: NodeJS.ProcessEnv,
): Promise<string[]> => {
  if (spec.setup !== null) return []
  const command = [spec.command].flat().join(' ')
  const brought = new Set([...spec.link, ...spec.copy, ...spec.keep].map(nameOf))
  const notes: string[] = []
  for (const [lock, { setup, folders, tool, active }] of Object.entries(installers)) {
    if (folders.some((folder) => brought.has(folder)) || tool.test(command)) continue
    if (active.some((name) => Boolean(env[name]))) continue
    const there = await Promise.all(
      upward(workdir).map((folder) => tree.exists(folder === '' ? lock : `${folder}/${lock}`)),
    )
    if (!there.includes(true)) continue
    notes.push(
      `The run will probably lack the packages of ${lock}: no ${folders.join(' or ')} is linked. ` +
        `--setup '${setup}' installs them.`,
    )
  }
  return notes
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)
