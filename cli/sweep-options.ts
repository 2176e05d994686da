import { randomInt } from 'node:crypto'
import { UserError } from '../lib/errors.ts'
import { SAMPLERS } from '../lib/overrides/points.ts'
import type { Sampling } from '../lib/overrides/sample.ts'

/** What `add` and `run` are told about the experiments of a sweep. */
export interface SweepOptions {
  /** What `-S`, `--add-param` and `--unset` were given, in the order typed, as `-S` spells it. */
  overrides?: string[]
  /** `--set FILE`: one experiment a row. */
  set?: string
  /** False after `--no-sweep`. */
  sweep?: boolean
  zip?: boolean
  sample?: string
  sampler?: string
  seed?: string
  yes?: boolean
}

/** How the values of several parameters become experiments. */
export type Combining =
  | { is: 'literal' }
  | { is: 'product'; seed: number }
  | { is: 'zip'; seed: number }
  | { is: 'sample'; sampling: Sampling }

/** Throws `UserError` for options that contradict each other. */
export const combiningOf = (options: SweepOptions): Combining => {
  const ways = [
    ...(options.sweep === false ? ['--no-sweep'] : []),
    ...(options.zip === true ? ['--zip'] : []),
    ...(options.sample === undefined ? [] : ['--sample']),
  ]
  if (ways.length > 1) {
    throw new UserError('usage', `${ways.join(' and ')} exclude each other`, 'leave one out')
  }
  const seed = options.seed === undefined ? null : wholeNumber('--seed', options.seed)
  const sampler = samplerOf(options)
  if (options.sweep === false) return { is: 'literal' }
  if (options.zip === true) return { is: 'zip', seed: seed ?? 0 }
  if (options.sample === undefined) return { is: 'product', seed: seed ?? 0 }
  const count = wholeNumber('--sample', options.sample)
  if (count === 0) throw new UserError('usage', '--sample 0 would queue no experiment')
  return { is: 'sample', sampling: { count, sampler, seed: seed ?? randomInt(2 ** 32) } }
}

const samplerOf = ({ sampler, sample }: SweepOptions): Sampling['sampler'] => {
  if (sampler !== undefined && sample === undefined) {
    throw new UserError('usage', '--sampler needs --sample N', `--sample 20 --sampler ${sampler}`)
  }
  const known = SAMPLERS.find((one) => one === (sampler ?? 'random'))
  if (known !== undefined) return known
  throw new UserError('usage', `--sampler is ${SAMPLERS.join(', ')}; not “${sampler}”`)
}

const wholeNumber = (option: string, text: string): number => {
  const number = Number(text)
  if (/^\d+$/.test(text) && Number.isSafeInteger(number)) return number
  throw new UserError('usage', `${option} is a whole number, not “${text}”`)
}
