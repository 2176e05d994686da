import { UserError } from '../errors.ts'
import type { Choices } from './choices.ts'
import { openInterpolation } from './interpolation/evaluate.ts'
import type { Placed } from './placed.ts'

/** An item of a defaults list such as `${db}_${server}`, with the options that other groups have. */
export const resolveName = (
  entry: Placed,
  known: Choices['known'],
  env: NodeJS.ProcessEnv,
): Placed => {
  const options = new Map(known.entries().map(([key, { choice }]) => [key, choice]))
  const resolved = (text: string): string => {
    const { evaluate } = openInterpolation(options, { env, blame: () => entry.said })
    const name = evaluate(text, [])
    if (typeof name === 'string') return name
    throw new UserError('bad-config', `${entry.said}: ${text} is no name`)
  }
  if (entry.is === 'file') return { ...entry, path: resolved(entry.path) }
  return typeof entry.choice === 'string' ? { ...entry, choice: resolved(entry.choice) } : entry
}
