import { existsSync, realpathSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { findEditableInstalls } from '../lib/editable.ts'
import type { Environment } from '../lib/environment.ts'
import { findInLayers, type Layers } from '../lib/overlay/layers.ts'
import type { Work } from './job.ts'

/** The folders a run's variables speak of. */
interface Folders {
  /** The workspace it was queued from; null if the hook could not say. */
  workspace: string | null
  workplace: string
  layers: Layers | null
  /** Paths that both share, relative to either; they stay the workspace's. */
  linked: string[]
}

/** Variables that tell where the user lives, not where the code lies. */
const NOT_REWRITTEN = new Set(['HOME', 'OLDPWD', '_'])

/**
 * The environment of a run: the shell's that queued it, with the workspace's path rewritten to the
 * workplace (law 6), then exp.yaml's `env`, then what tells the command about itself.
 */
export const runEnvironment = (base: Environment, job: Work, folders: Folders): Environment => {
  const env: Environment = {}
  const rewrite = rewriter(base, job, folders)
  for (const [name, value] of Object.entries(base)) {
    env[name] = NOT_REWRITTEN.has(name) ? value : rewrite(value)
  }
  const cwd = join(folders.workplace, job.workdir)
  const twins = editableTwins(base, job, folders)
  if (twins.length > 0) {
    env.PYTHONPATH = [...twins, ...(env.PYTHONPATH ? [env.PYTHONPATH] : [])].join(delimiter)
  }
  return {
    ...env,
    PYTHONUNBUFFERED: '1',
    ...job.spec.env,
    ...ownGpus(job.gpus),
    PWD: cwd,
    GIT_EXP_ID: job.id,
    GIT_EXP_NAME: job.name,
    GIT_EXP_BASELINE: job.baseline,
    GIT_EXP_WORKSPACE: folders.workspace ?? '',
    GIT_EXP_SLOT: String(job.slot),
    GIT_EXP_ATTEMPT: String(job.attempt),
    DVC_EXP_NAME: job.name,
    DVC_EXP_BASELINE_REV: job.baseline,
  }
}

/** What the tools of each maker look at; `-1` is no GPU at all. */
const ownGpus = (gpus: number[] | null): Environment => {
  if (gpus === null) return {}
  const list = gpus.length === 0 ? '-1' : gpus.join(',')
  return {
    CUDA_VISIBLE_DEVICES: list,
    // By default CUDA counts the fastest first, and nvidia-smi by their place.
    CUDA_DEVICE_ORDER: 'PCI_BUS_ID',
    HIP_VISIBLE_DEVICES: list,
    ...(gpus.length === 0 ? {} : { ZE_AFFINITY_MASK: list }),
  }
}

/**
 * Puts the workplace where a value names the workspace or something below it. Linked folders are the
 * workspace's own, and so is what the workplace has no twin of.
 */
const rewriter = (
  base: Environment,
  job: Work,
  { workspace, workplace, layers, linked }: Folders,
): ((value: string) => string) => {
  if (workspace === null || workspace === '/' || workspace === workplace) return (value) => value
  const names = namesOf(workspace, job.workdir, base.PWD).map((name) =>
    name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'),
  )
  const isThere = (path: string): boolean =>
    layers === null ? existsSync(path) : findInLayers(layers, path) !== null
  const belongsToWorkspace = (path: string): boolean =>
    linked.some((link) => path === link || path.startsWith(`${link}/`)) ||
    (existsSync(join(workspace, path)) && !isThere(join(workplace, path)))
  const ends = `[:;,="'\\s]`
  const path = new RegExp(
    `(?<=^|${ends}|\\()(?:${names.join('|')})(?=((?:/[^:;,="'\\s]*)?)(?:${ends}|$))`,
    'g',
  )
  return (value) =>
    value.replace(path, (name: string, tail: string) =>
      belongsToWorkspace(tail.slice(1)) ? name : workplace,
    )
}

/** The workspace's real path, and the one by way of links that the shell which queued knew it by. */
const namesOf = (workspace: string, workdir: string, pwd = ''): string[] => {
  const below = workdir === '' ? '' : `/${workdir}`
  const root = pwd.endsWith(below) ? pwd.slice(0, pwd.length - below.length) : ''
  try {
    return root !== workspace && realpathSync(root) === workspace ? [workspace, root] : [workspace]
  } catch {
    return [workspace]
  }
}

const editableTwins = (
  base: Environment,
  job: Work,
  { workspace, workplace }: Folders,
): string[] => {
  if (workspace === null || workspace === workplace) return []
  const { command } = job.spec
  const { roots } = findEditableInstalls({ workspace, workdir: job.workdir, command, env: base })
  return roots.map((root) => join(workplace, root))
}
