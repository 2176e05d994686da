import { mkdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { CommandFile } from '../lib/command-file.ts'
import type { Config } from '../lib/config.ts'
import type { Environment } from '../lib/environment.ts'
import { UserError } from '../lib/errors.ts'
import { findInLayers, upperOf } from '../lib/overlay/layers.ts'
import type { Prepared } from './executors/executor.ts'
import type { Work } from './job.ts'
import { runEnvironment } from './run-environment.ts'
import type { Orders } from './supervision.ts'

/** What a supervisor is told to do in a workplace that holds the snapshot; `base` is its environment. */
export const ordersFor = (
  work: Work,
  workplace: string,
  { brought, layers }: Prepared,
  base: Environment,
  {
    graceMs,
    maxLogBytes,
    hasGpus,
  }: Pick<Config, 'graceMs' | 'maxLogBytes'> & Pick<Orders, 'hasGpus'>,
): Orders => {
  const { spec } = work
  const cwd = join(workplace, work.workdir)
  if (relative(workplace, cwd).startsWith('..')) throw new UserError('bad-config', 'no folder')
  // The folder it was queued from may be empty, and Git keeps no empty folders.
  if (layers === null) mkdirSync(cwd, { recursive: true })
  else if (findInLayers(layers, cwd) === null) {
    mkdirSync(join(upperOf(layers), work.workdir), { recursive: true })
  }
  const { linked } = brought
  return {
    argv: typeof spec.command === 'string' ? ['/bin/sh', '-c', spec.command] : spec.command,
    cwd,
    layers,
    env: runEnvironment(base, work, { workspace: work.worktree, workplace, layers, linked }),
    setup: spec.setup,
    timeoutMs: spec.timeoutSeconds === null ? null : spec.timeoutSeconds * 1000,
    graceMs,
    maxLogBytes,
    hasGpus,
  }
}

/** What must still be known of a run when it has ended. */
export const commandFileOf = (
  work: Work,
  workplace: string,
  { brought, layers }: Prepared,
): CommandFile => ({
  command: work.spec.command,
  workdir: work.workdir,
  setup: work.spec.setup,
  workplace,
  ...(layers === null ? {} : { layers }),
  gpus: work.gpus,
  metrics: work.spec.metrics,
  brought,
})
