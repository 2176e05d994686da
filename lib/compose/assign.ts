import { UserError } from '../errors.ts'
import type { Override } from '../overrides/override.ts'
import { type Step, stepsOf } from '../params/steps.ts'
import { newSlot } from '../params/tree.ts'
import {
  asValue,
  type Data,
  dataOf,
  isContainer,
  isMapping,
  type Key,
  keyNamed,
  keyOf,
  type Mapping,
} from './data.ts'

/**
 * Applies value overrides to a composed config by the rules that hold for any parameter file: what
 * is not there needs a `+`. `name` says in errors what it is. Throws `UserError`.
 */
export const assigned = (
  name: string,
  config: Mapping,
  overrides: readonly Override[],
): Mapping => {
  let result = config
  for (const override of overrides) {
    refuseOtherKind(override, result)
    const root = newSlot(asValue(result))
    for (const step of stepsOf(name, root, override, ({ content }) => content)) {
      const changed = changedAt(result, step.path, (data) => after(data, step))
      if (isMapping(changed)) result = changed
    }
  }
  return result
}

/** Neither a list nor a mapping gives way to the other: `~key` has to come first. */
const refuseOtherKind = ({ path, value, text }: Override, config: Mapping): void => {
  if (value?.type !== 'list' && value?.type !== 'dict') return
  const held = path.reduce<Data | undefined>(childAt, config)
  if (!isContainer(held) || isMapping(held) === (value.type === 'dict')) return
  const [is, given] = isMapping(held) ? ['a mapping', 'a list'] : ['a list', 'a mapping']
  const key = path.join('.')
  throw new UserError(
    'bad-override',
    `${text}: ${key} is ${is}, not ${given}`,
    `~${key} deletes it`,
  )
}

const childAt = (data: Data | undefined, part: string): Data | undefined => {
  if (Array.isArray(data)) return data[Number(part)]
  const key = isMapping(data) ? keyNamed(data, part) : undefined
  return isMapping(data) && key !== undefined ? data.get(key) : undefined
}

/** What a place holds after a step; undefined for nothing. */
const after = (data: Data | undefined, step: Step): Data | undefined => {
  if (step.do === 'remove') return undefined
  if (step.do === 'set') return dataOf(step.value)
  if (step.do === 'append') return [...(Array.isArray(data) ? data : []), ...step.items.map(dataOf)]
  const { keys, key, value } = step.entry
  const [first = '', ...rest] = keys
  const inner = rest.reduceRight<Data>((held, part, at) => {
    return new Map<Key, Data>([[at === rest.length - 1 ? keyOf(key) : part, held]])
  }, dataOf(value))
  const name = rest.length === 0 ? keyOf(key) : first
  return isMapping(data) ? new Map(data).set(name, inner) : data
}

const changedAt = (
  data: Data | undefined,
  path: readonly string[],
  change: (data: Data | undefined) => Data | undefined,
): Data | undefined => {
  const [part, ...rest] = path
  if (part === undefined) return change(data)
  if (!isContainer(data)) return data
  if (Array.isArray(data)) {
    const items = data.map((item, at) =>
      at === Number(part) ? changedAt(item, rest, change) : item,
    )
    return items.filter((item) => item !== undefined)
  }
  const key = keyNamed(data, part) ?? part
  const result = new Map(data)
  const item = changedAt(data.get(key), rest, change)
  if (item === undefined) result.delete(key)
  else result.set(key, item)
  return result
}
