import type { Override, Value } from './override.ts'
import { OverrideError } from './override-error.ts'
import type { ParsedOverride } from './parse.ts'
import { printOverride } from './print.ts'
import { isValue } from './sweep.ts'
import { sweepLength, sweepValues } from './sweep-values.ts'

/** How many experiments the overrides ask for, without making them. */
export const countSweep = (parsed: ParsedOverride[]): number =>
  lastOfEachKey(parsed).reduce((count, one) => count * sweepLength(one), 1)

/**
 * Every combination, the last key fastest, keys in the order they first appeared; of two overrides
 * of one key the later holds. A key with another prefix or file is another key. The combinations
 * share their overrides.
 */
export const expandSweep = (parsed: ParsedOverride[], seed = 0): Override[][] => {
  const keys = lastOfEachKey(parsed)
  const count = countSweep(keys)
  const widest = keys.findLast((one) => sweepLength(one) > 1)
  if (count > most && widest !== undefined) throw tooMany(widest, count)
  let stride = count
  const columns = keys.map((one) => {
    const overrides = overridesOf(one, seed)
    stride /= overrides.length
    return { overrides, stride }
  })
  return Array.from({ length: count }, (_, row) =>
    columns.flatMap(
      ({ overrides, stride }) => overrides[Math.floor(row / stride) % overrides.length] ?? [],
    ),
  )
}

/** The first values of every sweep together, then the second ones, and so on. */
export const zipSweep = (parsed: ParsedOverride[], seed = 0): Override[][] => {
  const keys = lastOfEachKey(parsed)
  const sweeps = keys.filter(({ value }) => value !== null && !isValue(value))
  const [first] = sweeps
  const length = first === undefined ? 1 : sweepLength(first)
  const unequal = sweeps.find((one) => sweepLength(one) !== length)
  if (first !== undefined && unequal !== undefined) throw unequalLengths(first, unequal)
  if (first !== undefined && length > most) throw tooMany(first, length)
  const columns = keys.map((one) => overridesOf(one, seed))
  return Array.from({ length }, (_, row) =>
    columns.flatMap((overrides) => overrides[row % overrides.length] ?? []),
  )
}

/** Far more than anyone runs; a mistyped range must not fill the memory. */
const most = 1_000_000

/** Of several overrides of one key the last, in the place of the first. */
export const lastOfEachKey = (parsed: ParsedOverride[]): ParsedOverride[] => {
  const byKey = new Map<string, ParsedOverride[]>()
  for (const one of parsed) {
    const earlier = byKey.get(keyOf(one)) ?? []
    byKey.set(keyOf(one), isAddition(one, earlier) ? [...earlier, one] : [one])
  }
  return [...byKey.values()].flat()
}

/** A dict is merged into what is there and `extend_list` lengthens it, so what was there still counts. */
const isAddition = (one: ParsedOverride, earlier: ParsedOverride[]): boolean =>
  one.operation === 'extend-list' ||
  (one.operation !== 'delete' && [one, ...earlier].every(({ value }) => isDict(value)))

const isDict = (value: ParsedOverride['value']): boolean => isValue(value) && value.type === 'dict'

/** The override without its value: `params.yaml:+lr`. */
export const keyOf = (one: Override | ParsedOverride): string => {
  const { operation, file, path } = one
  const group = one.package == null ? {} : { package: one.package }
  return printOverride({ operation, file, path, ...group, value: null })
}

const overridesOf = (one: ParsedOverride, seed: number): Override[] => {
  const { value } = one
  const values = value === null || isValue(value) ? [value] : sweepValues(one, seed, keyOf(one))
  return values.map((each) => overrideOf(one, each))
}

/** The one change that a value of a sweep stands for. */
export const overrideOf = (one: ParsedOverride, value: Value | null): Override => {
  const { operation, file, path } = one
  const override = {
    operation,
    file,
    path,
    ...(one.package === null ? {} : { package: one.package }),
    value,
  }
  return { ...override, text: printOverride(override) }
}

const tooMany = ({ text, valueAt }: ParsedOverride, count: number): OverrideError =>
  new OverrideError({
    argument: text,
    position: valueAt,
    fault: 'too_many',
    rule: `${count.toLocaleString('en')} experiments: ${most.toLocaleString('en')} is the most`,
  })

const unequalLengths = (first: ParsedOverride, other: ParsedOverride): OverrideError => {
  const sizes = [first, other].map((one) => `${keyOf(one)} has ${sweepLength(one)}`).join(', ')
  return new OverrideError({
    argument: other.text,
    position: other.valueAt,
    fault: 'unequal_lengths',
    rule: `lists that are zipped must have as many values each: ${sizes}`,
    hint: 'without --zip every combination is run',
  })
}
