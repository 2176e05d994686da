import type { Config } from '../lib/config.ts'
import { UserError } from '../lib/errors.ts'
import type { AddOptions } from './add.ts'

/** How it is to be run: as it was said, or else as it is configured. */
export const chooseExecutor = (
  { inPlace, celery, keep }: Pick<AddOptions, 'inPlace' | 'celery' | 'keep'>,
  configured: Config['executor'],
): Config['executor'] => {
  if (inPlace === true && celery === true) {
    throw new UserError('usage', '--in-place runs here and --celery elsewhere', 'give one of them')
  }
  const said = celery === true ? 'celery' : inPlace === true ? 'in-place' : undefined
  const isNeither = inPlace === false || celery === false
  const executor = said ?? (isNeither ? 'temp-dir' : configured)
  if (executor === 'celery' && keep === true) {
    throw new UserError(
      'usage',
      '--keep keeps a workplace of this machine, and a cluster has its own',
      'leave out --keep, or add --no-celery',
    )
  }
  if (executor === 'in-place' && keep === true) {
    throw new UserError(
      'usage',
      '--keep keeps a workplace, and a run in place has none',
      'leave out --keep, or add --no-in-place',
    )
  }
  return executor
}
