import { stateText } from '../lib/describe.ts'
import type { Experiment } from '../lib/experiment.ts'
import { flattenFiles } from '../lib/flatten.ts'
import { valueText } from './value-text.ts'

/** The last line of `run`: how it ended, its metrics, and what to type next. */
export const describeEnd = (experiment: Experiment): string => {
  const { name, state } = experiment
  const metrics = [...flattenFiles(experiment.metrics)]
    .slice(0, 6)
    .map(([key, value]) => `${key} ${valueText(value)}`)
    .join(', ')
  const head = `${name} ${stateText(state, Date.now())}${metrics === '' ? '' : `: ${metrics}`}`
  return state.is === 'succeeded' ? head : `${head} (git exp log ${name})`
}
